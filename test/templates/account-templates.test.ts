import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template as Synthesized } from 'aws-cdk-lib/assertions';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { describe, expect, test, vi } from 'vitest';
import { resolve, type Scope, type Template, type TemplateValue } from '../../emulator/index.ts';
import { templates } from '../../infra/templates/templates.ts';
import { UploadDestination } from '../../infra/upload-destination/upload-destination.ts';
import type { UploadDestinationProps } from '../../infra/upload-destination/upload-destination-props.ts';
import { UploadReader } from '../../infra/upload-reader/upload-reader.ts';
import type { UploadReaderProps } from '../../infra/upload-reader/upload-reader-props.ts';
import { IS_SWEEP } from '../support/sweep.ts';

const FOLDER = new URL('../../infra/templates/', import.meta.url);
const DESTINATION = 'upload-relay-destination.template.json';
const READER = 'upload-relay-reader.template.json';
const MAX_BODY_BYTES = 51_200;

const made = templates();

interface Parameter {
  Type: string;
  Description?: string;
  Default?: string;
  AllowedPattern?: string;
  AllowedValues?: string[];
  ConstraintDescription?: string;
}

interface Interface {
  ParameterGroups: { Label: { default: string }; Parameters: string[] }[];
  ParameterLabels: Record<string, { default: string }>;
}

describe.each([DESTINATION, READER])('%s', (name) => {
  const text = made[name]!;
  const template = JSON.parse(text) as Template;
  const parameters = (template.Parameters ?? {}) as Record<string, Parameter>;

  test('is as `npm run templates` writes it', () => {
    expect(readFileSync(new URL(name, FOLDER), 'utf8')).toBe(text);
  });

  test('is sent with a request, and needs neither the CDK nor a macro', () => {
    expect(Buffer.byteLength(text)).toBeLessThan(MAX_BODY_BYTES);
    expect(text).not.toMatch(/cdk|bootstrap|AWS::SSM|asset/i);
    expect(Object.keys(template).sort()).toEqual([
      'AWSTemplateFormatVersion',
      'Conditions',
      'Description',
      'Metadata',
      'Outputs',
      'Parameters',
      'Resources',
      'Rules',
    ]);
    // A stack set refuses macros that it isn't told of, and a nested stack needs a bucket.
    expect(new Set(Object.values(template.Resources).map(({ Type }) => Type.split('::')[1]))).toEqual(
      new Set(name === DESTINATION ? ['S3', 'IAM'] : ['IAM']),
    );
    expect(Object.values(template.Outputs ?? {}).filter(({ Export }) => Export !== undefined)).toEqual([]);
  });

  test('has a group and a label for each parameter in the console', () => {
    const { ParameterGroups, ParameterLabels } = template.Metadata!['AWS::CloudFormation::Interface'] as Interface;
    const grouped = ParameterGroups.flatMap(({ Parameters }) => Parameters);
    expect(grouped).toEqual(Object.keys(parameters));
    expect(Object.keys(ParameterLabels)).toEqual(Object.keys(parameters));
    for (const { default: label } of Object.values(ParameterLabels)) expect(label).toMatch(/^[A-Z]/);
  });

  test.each(Object.entries(parameters))('says what %s is and may be', (_, parameter) => {
    const { Type, Description, Default, AllowedPattern, AllowedValues, ConstraintDescription } = parameter;
    expect(Type).toBe('String');
    expect(Description).toMatch(/\.$/);
    expect(ConstraintDescription).toMatch(/^must /);
    expect((AllowedPattern === undefined) !== (AllowedValues === undefined)).toBe(true);
    if (Default !== undefined && AllowedPattern) expect(Default).toMatch(new RegExp(`^(?:${AllowedPattern})$`));
    if (Default !== undefined && AllowedValues) expect(AllowedValues).toContain(Default);
  });

  test('stands in the documentation with each parameter', () => {
    const page = readFileSync(new URL('../../docs/destination-template.md', import.meta.url), 'utf8');
    for (const [id, { Default }] of Object.entries(parameters)) {
      const shown = Default === undefined ? '' : Default === '' ? 'empty' : `\`${Default}\``;
      expect(page).toContain(`| \`${id}\` | ${shown} |`.replace('|  |', '| |'));
    }
  });

  test('uses each of its conditions and parameters', () => {
    const { Metadata: _, Parameters: __, ...rest } = template;
    const used = JSON.stringify(rest);
    for (const id of Object.keys(parameters)) expect(used).toContain(`{"Ref":"${id}"}`);
    for (const id of Object.keys(template.Conditions ?? {})) {
      expect(used).toMatch(new RegExp(`"Fn::If":\\["${id}"|"Condition":"${id}"`));
    }
  });

  // It takes ten times as long as all the rest together.
  test.runIf(IS_SWEEP)('is found sound by the validator of the CDK', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'included-'));
    vi.stubEnv('CDK_VALIDATION', 'true');
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const app = new App({ analyticsReporting: false, outdir });
      const stack = new Stack(app, 'Included');
      new CfnInclude(stack, 'File', { templateFile: new URL(name, FOLDER).pathname });
      app.synth();
      expect(findingsIn(outdir)).toEqual(['W1030']);
    } finally {
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
      rmSync(outdir, { recursive: true });
    }
  });
});

/** That an empty default would be too short counts for nothing: a condition leaves it out then. */
function findingsIn(outdir: string): string[] {
  const report = readFileSync(join(outdir, 'validation-report.json'), 'utf8');
  return [...new Set([...report.matchAll(/"ruleName": "(\w+)"/g)].map(([, rule]) => rule!))];
}

const PLACE = { account: '222222222222', region: 'eu-west-1' };
const KEY_ID = '11111111-1111-1111-1111-111111111111';
const KEY = `arn:aws:kms:eu-west-1:222222222222:key/${KEY_ID}`;
const BOUNDARY = 'arn:aws:iam::222222222222:policy/boundary';
const RELAY = { RelayAccount: '012345678901', ExternalId: 'agreed-on' };
const relay = { relayAccount: '012345678901', externalId: 'agreed-on' };
const BUCKET = 'deliveries-222222222222';

/** What a template makes: resources by their types, resolved. */
function resolved(template: Template, given: Record<string, string> = {}): Record<string, unknown> {
  const types = template.Resources;
  const resources = {
    get: (id: string) => types[id] && { ref: types[id].Type, attributes: { Arn: `arn of ${types[id].Type}` } },
  };
  const defaults = Object.entries(template.Parameters ?? {}).map(([id, { Default }]) => [id, String(Default)]);
  const parameters = { ...Object.fromEntries(defaults), ...given };
  const scope = { ...PLACE, stackName: 'S', template, parameters, resources } as Scope;
  const wanted = Object.values(types).filter(
    ({ Condition }) => Condition === undefined || resolve({ 'Fn::If': [Condition, true, false] }, scope, Condition),
  );
  return Object.fromEntries(
    wanted.map(({ Type, Properties, DeletionPolicy }) => [
      Type,
      {
        ...(resolve(Properties as TemplateValue, scope, Type) as object),
        ...(Type.endsWith('Bucket') && { DeletionPolicy }),
      },
    ]),
  );
}

/** Lists of one and bare texts mean the same in a policy. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 && typeof value[0] === 'string' ? value[0] : value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  // A path of / is none.
  const parts = Object.entries(value).filter(([name, child]) => name !== 'Path' || child !== '/');
  return Object.fromEntries(parts.map(([name, child]) => [name, normal(child)]));
}

function fromConstruct(add: (stack: Stack) => void): Record<string, unknown> {
  const stack = new Stack(new App({ analyticsReporting: false }), 'S', { env: PLACE });
  add(stack);
  return resolved(Synthesized.fromStack(stack).toJSON() as Template);
}

describe('the template for account B makes what UploadDestination makes', () => {
  test.each<[string, Record<string, string>, (stack: Stack) => Partial<UploadDestinationProps>]>([
    ['with a new bucket', {}, () => ({})],
    ['with a prefix', { Prefix: 'in coming/é=1/' }, () => ({ prefix: 'in coming/é=1/' })],
    ['without versions', { Versioned: 'no' }, () => ({ versioned: false })],
    [
      'with a key',
      { Encryption: 'SSE-KMS', KmsKeyId: KEY_ID },
      (stack) => ({ encryptionKey: Key.fromKeyArn(stack, 'K', KEY) }),
    ],
    [
      'with a key of another account',
      { Encryption: 'SSE-KMS', KmsKeyId: KEY_ID, KmsKeyAccount: '099999999999' },
      (stack) => ({ encryptionKey: Key.fromKeyArn(stack, 'K', KEY.replace('222222222222', '099999999999')) }),
    ],
    ['that is never overwritten', { CreateOnly: 'yes', Prefix: 'in/' }, () => ({ createOnly: true, prefix: 'in/' })],
    ['with tags', { CopyTags: 'yes' }, () => ({ copyTags: true })],
    [
      'with roles of other names and paths',
      { WriterRoleName: 'w', WriterRolePath: '/b/', RelayRoleName: 'r', RelayRolePath: '/a/team/' },
      () => ({ roleName: 'w', rolePath: '/b/', relayRoleName: 'r', relayRolePath: '/a/team/' }),
    ],
    [
      'with a permissions boundary',
      { PermissionsBoundary: BOUNDARY },
      (stack) => ({ permissionsBoundary: ManagedPolicy.fromManagedPolicyArn(stack, 'B', BOUNDARY) }),
    ],
    [
      'under names for a stack set',
      { NameSuffix: 'account-and-region' },
      () => ({ bucketName: `${BUCKET}-222222222222-eu-west-1`, roleName: 'upload-relay-writer-eu-west-1' }),
    ],
    [
      'with an existing bucket',
      { CreateBucket: 'no', Prefix: 'in/' },
      (stack) => ({ bucket: Bucket.fromBucketName(stack, 'Given', BUCKET), prefix: 'in/' }),
    ],
  ])('%s', (_, parameters, propsOf) => {
    const ours = resolved(JSON.parse(made[DESTINATION]!), { ...RELAY, BucketName: BUCKET, ...parameters });
    const theirs = fromConstruct((stack) => {
      const change = propsOf(stack);
      const name = change.bucket ? {} : { bucketName: BUCKET };
      new UploadDestination(stack, 'D', { ...relay, ...name, ...change });
    });
    expect(normal(ours)).toEqual(normal(theirs));
  });
});

describe('the template for a customer makes what UploadReader makes', () => {
  test.each<[string, Record<string, string>, (stack: Stack) => Partial<UploadReaderProps>]>([
    ['of a whole bucket', {}, () => ({})],
    ['of a prefix', { Prefix: 'out going/' }, () => ({ prefix: 'out going/' })],
    ['without replay', { ReplayRoleName: '' }, () => ({ replay: false })],
    [
      'of a relay of another name',
      { RelayRoleName: 'two', ReplayRoleName: 'two-replay-eu-west-1', RelayRolePath: '/t/' },
      () => ({ relayRoleName: 'two', replayRoleName: 'two-replay-eu-west-1', relayRolePath: '/t/' }),
    ],
    [
      'with a key',
      { Encryption: 'SSE-KMS', KmsKeyId: KEY_ID },
      (stack) => ({ encryptionKey: Key.fromKeyArn(stack, 'K', KEY) }),
    ],
    ['with tags', { CopyTags: 'yes' }, () => ({ copyTags: true })],
    [
      'with a boundary and a path',
      { PermissionsBoundary: BOUNDARY, ReaderRolePath: '/b/' },
      (stack) => ({ permissionsBoundary: ManagedPolicy.fromManagedPolicyArn(stack, 'B', BOUNDARY), rolePath: '/b/' }),
    ],
  ])('%s', (_, parameters, propsOf) => {
    const ours = resolved(JSON.parse(made[READER]!), { ...RELAY, BucketName: BUCKET, ...parameters });
    const theirs = fromConstruct((stack) => {
      const bucket = Bucket.fromBucketName(stack, 'Given', BUCKET);
      new UploadReader(stack, 'R', { ...relay, bucket, ...propsOf(stack) });
    });
    expect(normal(ours)).toEqual(normal(theirs));
  });
});
