/** A queue that feeds a function: its mapping, and the concurrency that is left to it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetEventSourceMappingCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { templateStack } from '../../../templates/assembly.ts';

const ACCOUNT = '111111111111';
const REGION = 'eu-west-1';
const FunctionName = 'f';
const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`;
const QUEUE_ARN = `arn:aws:sqs:${REGION}:${ACCOUNT}:q`;
const VISIBILITY_MS = 30_000;

const may = (Action: string | string[], Resource = '*') => [
  { PolicyName: 'may', PolicyDocument: { Statement: { Effect: 'Allow', Action, Resource } } },
];

const Resources = {
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q', VisibilityTimeout: VISIBILITY_MS / 1000 } },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      },
      Policies: may('sqs:*', QUEUE_ARN),
    },
  },
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { S3Bucket: 'assets', S3Key: 'abc.zip' },
      Role: { 'Fn::GetAtt': 'Role.Arn' },
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: { Ref: 'Function' }, EventSourceArn: { 'Fn::GetAtt': 'Queue.Arn' }, BatchSize: 1 },
  },
  Reader: {
    Type: 'AWS::IAM::User',
    Properties: { UserName: 'reader', Policies: may(['lambda:Get*', 'lambda:List*']) },
  },
};

let assetFolder: string;
let cloud: LocalCloud;
let operator: LambdaClient;
let reader: LambdaClient;
let UUID: string;
let now = Date.now();

beforeAll(async () => {
  assetFolder = mkdtempSync(join(tmpdir(), 'asset-'));
  writeFileSync(join(assetFolder, 'index.mjs'), 'export const handler = async () => undefined;');
  const assets = new Map([['abc', assetFolder]]);
  const template = { Resources, Outputs: { Mapping: { Value: { Ref: 'Mapping' } } } };
  cloud = await LocalCloud.start({
    stacks: [templateStack({ account: ACCOUNT, region: REGION, assets, name: 'Stack', template })],
    clock: () => now,
  });
  operator = client(cloud.operator(ACCOUNT));
  reader = client(cloud.directory.addAccessKey(ACCOUNT, 'reader'));
  UUID = cloud.outputs('Stack')['Mapping']!;
});

afterAll(async () => {
  expect(cloud.unexpectedErrors).toEqual([]);
  await cloud.close();
  rmSync(assetFolder, { recursive: true });
});

function client(credentials: { accessKeyId: string; secretAccessKey: string }): LambdaClient {
  return new LambdaClient({
    endpoint: cloud.url,
    region: REGION,
    maxAttempts: 1,
    // The cloud's time may be moved, and signatures are as old as they are.
    systemClockOffset: now - Date.now(),
    credentials,
    requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) }),
  });
}

function send(): void {
  const principal = { kind: 'root' as const, account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` };
  cloud.sqs.sendMessage({ principal, context: {} }, QUEUE_ARN, { body: 'x' });
}

const counts = () => cloud.sqs.queueByArn(QUEUE_ARN)!.counts();

function counted(name: string): number | undefined {
  const id = { account: ACCOUNT, region: REGION, namespace: 'AWS/Lambda', name, dimensions: { FunctionName } };
  return cloud.cloudWatch.metrics.statistic(id, 'Sum', { from: 0, to: Number.MAX_SAFE_INTEGER });
}

describe('a mapping', () => {
  test('is described, and found by its queue and by its function', async () => {
    const described = {
      UUID,
      EventSourceArn: QUEUE_ARN,
      FunctionArn: FUNCTION_ARN,
      State: 'Enabled',
      BatchSize: 1,
      EventSourceMappingArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:event-source-mapping:${UUID}`,
    };
    expect(await reader.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject(described);
    const list = async (by: object) => {
      const { EventSourceMappings } = await reader.send(new ListEventSourceMappingsCommand(by));
      return EventSourceMappings!.map((mapping) => mapping.UUID);
    };
    expect(await list({ EventSourceArn: QUEUE_ARN, FunctionName })).toEqual([UUID]);
    expect(await list({ FunctionName: `${FUNCTION_ARN}:live` })).toEqual([]);
    expect(await list({ EventSourceArn: `${QUEUE_ARN}2` })).toEqual([]);
    const unknown = reader.send(new GetEventSourceMappingCommand({ UUID: 'none' }));
    await expect(unknown).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('receives nothing while it is off', async () => {
    const turn = (Enabled: boolean) => operator.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    expect(await turn(false)).toMatchObject({ State: 'Disabling', BatchSize: 1 });
    expect(await reader.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject({ State: 'Disabled' });
    send();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(counts()).toMatchObject({ visible: 1, notVisible: 0 });
    expect(await turn(true)).toMatchObject({ State: 'Enabling' });
    await cloud.settled();
    expect(counts()).toMatchObject({ visible: 0, notVisible: 0 });
  });

  test('is changed by nobody who may only read it, and in no way that is unknown here', async () => {
    const change = reader.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    await expect(change).rejects.toThrow('lambda:UpdateEventSourceMapping');
    const unknown = operator.send(new UpdateEventSourceMappingCommand({ UUID, MaximumRetryAttempts: 1 }));
    await expect(unknown).rejects.toThrow('MaximumRetryAttempts');
  });
});

describe('reserved concurrency', () => {
  const put = (ReservedConcurrentExecutions: number, by = operator) =>
    by.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
  const reserved = async () => {
    const answer = await reader.send(new GetFunctionConcurrencyCommand({ FunctionName }));
    return answer.ReservedConcurrentExecutions;
  };

  test('is set, counted against the account, and taken away', async () => {
    expect(await reserved()).toBeUndefined();
    await put(10);
    expect(await reserved()).toBe(10);
    const { AccountLimit } = await reader.send(new GetAccountSettingsCommand({}));
    expect(AccountLimit).toMatchObject({ UnreservedConcurrentExecutions: 990 });
    await operator.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    expect(await reserved()).toBeUndefined();
  });

  test('leaves a hundred to the others', async () => {
    await expect(put(901)).rejects.toThrow('below its minimum value of [100]');
    expect(await reserved()).toBeUndefined();
  });

  test('of 0 throttles whoever invokes, and the queue as well', async () => {
    await put(0);
    const before = counted('Throttles') ?? 0;
    await expect(operator.send(new InvokeCommand({ FunctionName }))).rejects.toMatchObject({
      name: 'TooManyRequestsException',
    });
    send();
    await expect.poll(() => counted('Throttles')).toBe(before + 2);
    expect(counts()).toMatchObject({ visible: 0, notVisible: 1 });
    await operator.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    now += VISIBILITY_MS;
    // The poller's long poll looks again once something comes.
    send();
    await cloud.settled();
    expect(counts()).toMatchObject({ visible: 0, notVisible: 0 });
  });

  test('is changed by nobody who may only read it', async () => {
    await expect(put(0, reader)).rejects.toThrow('lambda:PutFunctionConcurrency');
    const taken = reader.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    await expect(taken).rejects.toThrow('lambda:DeleteFunctionConcurrency');
  });
});
