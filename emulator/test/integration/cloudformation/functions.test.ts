import { setTimeout as wait } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import {
  ACCOUNT,
  allow,
  CodeAssets,
  clientConfig,
  lambda,
  lambdaRole,
  queue,
  REGION,
  type Resources,
  stackOf,
} from './stack-fixture.ts';

const S = { name: 'S', account: ACCOUNT, region: REGION };
const assets = new CodeAssets();
let cloud: LocalCloud;

beforeAll(() => {
  for (const version of ['v1', 'v2']) {
    assets.add(version, `return ['${version}', process.env.SETTING ?? null, process.env.AWS_LAMBDA_FUNCTION_VERSION]`);
    const fails = `if (!globalThis.tried) { globalThis.tried = true; await new Promise((resolve) => setTimeout(resolve, 500)); throw new Error('once'); }`;
    assets.add(`durable-${version}`, `${fails} return { Status: 'SUCCEEDED', Result: '"${version}"' }`);
    assets.add(`slow-${version}`, `await new Promise((resolve) => setTimeout(resolve, 1000)); return '${version}'`);
  }
});
afterAll(() => assets.remove());
beforeEach(async () => {
  cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: [ACCOUNT] });
});
afterEach(() => cloud.close());

const deploy = (resources: Resources) => cloud.deploy(stackOf(resources, { assets: assets.folders }));
const setting = (SETTING: string) => ({ Environment: { Variables: { SETTING } } });
const version = {
  Type: 'AWS::Lambda::Version',
  DeletionPolicy: 'Retain',
  Properties: { FunctionName: { Ref: 'Function' } },
};
const live = (versionId: string) => ({
  Type: 'AWS::Lambda::Alias',
  Properties: {
    FunctionName: { Ref: 'Function' },
    FunctionVersion: { 'Fn::GetAtt': `${versionId}.Version` },
    Name: 'live',
  },
});
const first = {
  Role: lambdaRole(allow('logs:*')),
  Function: lambda('v1', setting('a')),
  Version1: version,
  Alias: live('Version1'),
};
const second = { ...first, Function: lambda('v2', setting('b')), Version2: version, Alias: live('Version2') };

async function invoke(qualifier?: string): Promise<unknown> {
  const client = new LambdaClient(clientConfig(cloud));
  const name = qualifier === undefined ? 'f' : `f:${qualifier}`;
  const { Payload } = await client.send(new InvokeCommand({ FunctionName: name, Payload: Buffer.from('{}') }));
  return JSON.parse(Buffer.from(Payload!).toString());
}

describe('a function', () => {
  test('is updated as $LATEST; a published version keeps its code and settings, and an alias moves', async () => {
    await deploy(first);
    expect([await invoke(), await invoke('1'), await invoke('live')]).toEqual([
      ['v1', 'a', '$LATEST'],
      ['v1', 'a', '1'],
      ['v1', 'a', '1'],
    ]);
    expect(await deploy(second)).toMatchObject({ created: ['Version2'], updated: expect.arrayContaining(['Alias']) });
    expect([await invoke(), await invoke('1'), await invoke('2'), await invoke('live')]).toEqual([
      ['v2', 'b', '$LATEST'],
      ['v1', 'a', '1'],
      ['v2', 'b', '2'],
      ['v2', 'b', '2'],
    ]);
  });

  test.each([
    ['keeps', 'Retain', ['1', '2', 'live']],
    ['removes', 'Delete', ['2', 'live']],
  ])('%s a version that the template has no longer, with the policy %s', async (_, DeletionPolicy, qualifiers) => {
    const Version1 = { ...version, DeletionPolicy };
    await deploy({ ...first, Version1 });
    const { Version1: __, ...without } = second;
    await deploy({ ...without, Version1 });
    await deploy(without);
    const arn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`;
    const kept = (await cloud.inventory()).filter((each) => each.startsWith(`${arn}:`));
    expect(kept).toEqual(qualifiers.map((qualifier) => `${arn}:${qualifier}`));
    await cloud.destroy(S);
    expect(await cloud.inventory()).toEqual([]);
  });

  test('is not published twice without a change', async () => {
    await deploy(first);
    await expect(deploy({ ...first, Version2: version, Alias: live('Version2') })).rejects.toThrow(
      'A version for this Lambda function exists ( 1 ). Modify the function to create a new version.',
    );
    expect(cloud.stack('S').status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await invoke('live')).toEqual(['v1', 'a', '1']);
  });

  test('ends an invocation with the code that it began with', async () => {
    await deploy({ ...first, Function: lambda('slow-v1', { Timeout: 30 }) });
    const begun = invoke();
    await expect.poll(() => cloud.lambda.active).toBeGreaterThan(0);
    await deploy({ ...first, Function: lambda('slow-v2', { Timeout: 30 }) });
    expect(await Promise.all([begun, invoke()])).toEqual(['v1', 'v2']);
  });

  test('ends a durable execution with the version that it began with, however often it is invoked', async () => {
    const durable = { Timeout: 30, DurableConfig: { ExecutionTimeout: 60 } };
    await deploy({ ...first, Function: lambda('durable-v1', durable) });
    const begun = invoke('live');
    await expect.poll(() => cloud.lambda.active).toBeGreaterThan(0);
    await deploy({ ...second, Function: lambda('durable-v2', durable) });
    const [execution] = cloud.lambda.durableExecutions.list();
    expect(await begun).toBe('v1');
    expect(execution!.invocations).toBe(2);
    expect(await invoke('live')).toBe('v2');
  });

  test('goes back to its code when the update fails', async () => {
    await deploy(first);
    const failing = { ...second.Alias, Properties: { ...second.Alias.Properties, FunctionVersion: '99' } };
    await expect(deploy({ ...second, Alias: failing })).rejects.toThrow('Function not found');
    expect([await invoke(), await invoke('live')]).toEqual([
      ['v1', 'a', '$LATEST'],
      ['v1', 'a', '1'],
    ]);
  });

  test('can’t become durable later', async () => {
    await deploy(first);
    const durable = lambda('v1', { ...setting('a'), DurableConfig: { ExecutionTimeout: 60 } });
    await expect(deploy({ ...first, Function: durable })).rejects.toThrow('only be set when a function is created');
  });
});

test('a log group that Lambda has made first is refused', async () => {
  await deploy(first);
  await invoke();
  const Logs = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/f' } };
  await expect(deploy({ ...first, Logs })).rejects.toThrow(
    `Resource of type 'AWS::Logs::LogGroup' with identifier '{"/properties/LogGroupName":"/aws/lambda/f"}' already exists.`,
  );
  expect(await invoke()).toEqual(['v1', 'a', '$LATEST']);
});

describe('a mapping', () => {
  const fed = (hash: string, properties: object = {}): Resources => ({
    Role: lambdaRole(allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']), allow('logs:*')),
    Queue: queue('q'),
    Function: lambda(hash, { Timeout: 20 }),
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'Function' },
        EventSourceArn: { 'Fn::GetAtt': 'Queue.Arn' },
        BatchSize: 1,
        ...properties,
      },
    },
  });
  const messages = () => cloud.sqs.queueByArn(`arn:aws:sqs:${REGION}:${ACCOUNT}:q`)!;

  test('survives an update of function, queue and itself, and loses no message', async () => {
    await deploy(fed('slow-v1'));
    const uuids = cloud.lambda.mappings().map(({ uuid }) => uuid);
    for (let index = 0; index < 12; index++) messages().send({ body: String(index) }, 'me');
    await expect.poll(() => cloud.lambda.active).toBeGreaterThan(0);
    const after = fed('v2', { BatchSize: 5, ScalingConfig: { MaximumConcurrency: 2 } });
    await deploy({ ...after, Queue: queue('q', { VisibilityTimeout: 40 }) });
    await cloud.settled();
    expect(cloud.lambda.mappings().map(({ uuid }) => uuid)).toEqual(uuids);
    expect(messages().counts()).toEqual({ visible: 0, notVisible: 0, delayed: 0 });
    expect(cloud.unexpectedErrors).toEqual([]);
  });

  test('stops when it is disabled, and goes on when it is enabled again', async () => {
    await deploy(fed('v1'));
    await deploy(fed('v1', { Enabled: false }));
    messages().send({ body: 'waits' }, 'me');
    await wait(200);
    expect(messages().counts().visible).toBe(1);
    await deploy(fed('v1', { Enabled: true }));
    await cloud.settled();
  });

  test('that is removed ends what it has begun', async () => {
    await deploy(fed('slow-v1'));
    messages().send({ body: 'last' }, 'me');
    await expect.poll(() => cloud.lambda.active).toBeGreaterThan(0);
    const { Mapping: _, ...rest } = fed('slow-v1');
    await deploy(rest);
    await expect.poll(() => cloud.lambda.active, { timeout: 10_000 }).toBe(0);
    expect(messages().counts()).toEqual({ visible: 0, notVisible: 0, delayed: 0 });
  });

  test('a second one of the same queue and function is refused', async () => {
    const both = { ...fed('v1'), Second: fed('v1')['Mapping']! };
    await expect(deploy(both)).rejects.toThrow('Please update or delete the existing mapping with UUID');
  });
});
