/** The snippet of `init --construct` is code that compiles against the package's constructs, and says what cdk.json would say. */
import { App, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { expect, test } from 'vitest';
import { type Answers, configurationOf } from '../../../../cli/init/questions.ts';
import { snippetOf } from '../../../../cli/init/snippet.ts';
import * as constructs from '../../../../infra/index.ts';

const ANSWERS: Answers = {
  'source-account': '111111111111',
  'source-region': 'us-east-1',
  'source-bucket': 'uploads-of-a',
  'destination-account': '222222222222',
  'destination-region': 'eu-west-1',
  'destination-bucket': 'arrivals-at-b',
  prefix: 'it\'s\\"in/',
  'external-id': 'agreed-between-both',
};

const EXISTING = { 'existing-source': true, 'existing-destination': true };

test.each([
  ['new buckets', ANSWERS],
  ['buckets that exist', { ...ANSWERS, ...EXISTING }],
])('with %s it runs', (_, answers) => {
  const code = snippetOf(answers);
  const [, relay, destination] =
    /^\/\/ In a stack.*?\n(new UploadRelay.*?\}\);)\n.*?(new UploadDestination.*\}\);)/ms.exec(code)!;
  const app = new App({ analyticsReporting: false });
  const inStack = (id: string, account: string, region: string, statement: string) => {
    const stack = new Stack(app, id, { env: { account, region } });
    const names = { ...constructs, Bucket: s3.Bucket };
    new Function(...Object.keys(names), statement).call(stack, ...Object.values(names));
    return stack.node.children.length;
  };
  expect(inStack('A', '111111111111', 'us-east-1', relay!)).toBeGreaterThan(0);
  expect(inStack('B', '222222222222', 'eu-west-1', destination!)).toBeGreaterThan(0);
  for (const name of ['UploadRelay', 'UploadDestination', 'UploadRoute'])
    expect(code).toMatch(new RegExp(`^import .*${name}`, 'm'));
  expect(/^import \{ Bucket \}/m.test(code)).toBe(answers !== ANSWERS);
});

test('what is as it is anyhow stays out of cdk.json', () => {
  expect(configurationOf({ ...ANSWERS, prefix: '' })).toEqual({
    source: { account: '111111111111', region: 'us-east-1', bucket: 'uploads-of-a', relayRoleName: 'upload-relay' },
    routes: [
      {
        name: 'main',
        destination: { account: '222222222222', region: 'eu-west-1', bucket: 'arrivals-at-b' },
        writerRoleName: 'upload-relay-writer',
        externalId: 'agreed-between-both',
      },
    ],
  });
  const both = { source: { existingBucket: true }, routes: [{ destination: { existingBucket: true } }] };
  expect(configurationOf({ ...ANSWERS, ...EXISTING })).toMatchObject(both);
});
