import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAssembly } from '../../../templates/assembly.ts';

const template = { Resources: { Queue: { Type: 'AWS::SQS::Queue' } } };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assembly-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, content: unknown): void {
  writeFileSync(join(folder, file), JSON.stringify(content));
}

function stackArtifact(name: string, dependencies: string[], environment = 'aws://111111111111/us-east-1') {
  write(`${name}.template.json`, template);
  return {
    type: 'aws:cloudformation:stack',
    environment,
    dependencies,
    properties: { templateFile: `${name}.template.json` },
  };
}

test('the stacks of an assembly come with their accounts and code folders, dependencies first', () => {
  write('Source.assets.json', {
    files: {
      abc: { source: { path: 'asset.abc', packaging: 'zip' } },
      def: { source: { path: 'Source.template.json', packaging: 'file' } },
    },
  });
  write('manifest.json', {
    version: '55.0.0',
    artifacts: {
      Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
      Source: stackArtifact('Source', ['Source.assets', 'Destination']),
      Destination: {
        ...stackArtifact('Destination', [], 'aws://222222222222/eu-west-1'),
        properties: { templateFile: 'Destination.template.json', stackName: 'relay-destination' },
      },
      'Source.assets': { type: 'cdk:asset-manifest', properties: { file: 'Source.assets.json' } },
    },
  });

  const [destination, source] = readAssembly(folder);

  expect(destination).toMatchObject({ name: 'relay-destination', account: '222222222222', region: 'eu-west-1' });
  expect(source).toMatchObject({ name: 'Source', account: '111111111111', region: 'us-east-1', template });
  expect(source?.assets).toEqual(new Map([['abc', join(folder, 'asset.abc')]]));
});

test('a stack that names no account or no region goes to the place that is given', () => {
  const environments = ['unknown-account/unknown-region', '222222222222/unknown-region', '222222222222/eu-west-1'];
  const artifacts = environments.map((each, index) => [`S${index}`, stackArtifact(`S${index}`, [], `aws://${each}`)]);
  write('manifest.json', { version: '55.0.0', artifacts: Object.fromEntries(artifacts) });
  const places = readAssembly(folder, { account: '111111111111', region: 'us-east-1' }).map((stack) => [
    stack.account,
    stack.region,
  ]);
  expect(places).toEqual([
    ['111111111111', 'us-east-1'],
    ['222222222222', 'us-east-1'],
    ['222222222222', 'eu-west-1'],
  ]);
});

test.each([
  ['an assembly that is too old', () => ({ version: '43.0.0' }), 'assembly schema 43.0.0 is too old'],
  [
    'a stack that is bound to no account',
    () => ({ version: '55.0.0', artifacts: { X: stackArtifact('X', [], 'aws://unknown-account/unknown-region') } }),
    'Stack X must name an account and a region',
  ],
  [
    'a nested assembly',
    () => ({ version: '55.0.0', artifacts: { Prod: { type: 'cdk:cloud-assembly' } } }),
    'the nested assembly Prod is not supported',
  ],
])('%s is refused', (_, manifest, message) => {
  write('manifest.json', manifest());
  expect(() => readAssembly(folder)).toThrow(message);
});

test('a folder without an assembly tells to synth first', () => {
  expect(() => readAssembly(folder)).toThrow(/manifest\.json can't be read .*run the synth first/);
});
