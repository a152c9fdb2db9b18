import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetAccountSettingsCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { type StackInput, templateStack } from '../../../templates/assembly.ts';
import { letS3Send } from './queue-policy.ts';

const SOURCE = '111111111111';
const DESTINATION = '222222222222';
const REGION = 'us-east-1';
const PATIENTLY = { timeout: 20_000 };

/** Fails for keys that end with `bad`, and says what it knows when it is asked. */
const CODE = `
  export const handler = async (event, context) => {
    if (event.timeout) console.log('process', process.pid), await new Promise(() => setInterval(() => {}, 1000));
    if (event.exit) process.exit(7);
    if (event.fail) throw new Error(event.fail);
    if (!event.Records) return { ...event, env: process.env, arn: context.invokedFunctionArn };
    const keys = (record) => (JSON.parse(record.body).Records ?? []).map(({ s3 }) => s3.object.key);
    for (const record of event.Records) console.log('received', record.eventSourceARN, ...keys(record));
    const bad = event.Records.filter((record) => keys(record).some((key) => key.endsWith('bad')));
    return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };`;

let assetFolder: string;
const opened: LocalCloud[] = [];

beforeAll(() => {
  assetFolder = mkdtempSync(join(tmpdir(), 'asset-'));
  writeFileSync(join(assetFolder, 'index.mjs'), CODE);
});
afterAll(async () => {
  await Promise.all(opened.map((cloud) => cloud.close()));
  rmSync(assetFolder, { recursive: true });
});

const assumedBy = (Service: string) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' },
});
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

/** What a person would write by hand: a bucket that tells a queue that feeds a function. */
function sourceResources() {
  return {
    Bucket: {
      Type: 'AWS::S3::Bucket',
      DependsOn: 'QueuePolicy',
      Properties: {
        BucketName: 'drops',
        NotificationConfiguration: {
          QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: arnOf('Queue') }],
        },
      },
    },
    DeadLetters: { Type: 'AWS::SQS::Queue' },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        VisibilityTimeout: 30,
        RedrivePolicy: { deadLetterTargetArn: arnOf('DeadLetters'), maxReceiveCount: 3 },
      },
    },
    QueuePolicy: letS3Send('Queue', { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::drops' } }),
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'relay',
        AssumeRolePolicyDocument: assumedBy('lambda.amazonaws.com'),
        ManagedPolicyArns: [
          { 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole' },
        ],
        Policies: [
          {
            PolicyName: 'queues',
            PolicyDocument: {
              Statement: [
                {
                  Effect: 'Allow',
                  Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
                  Resource: arnOf('Queue'),
                },
                { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('DeadLetters') },
              ],
            },
          },
        ],
      },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'relay',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { S3Bucket: 'assets', S3Key: 'abc.zip' },
        Role: arnOf('Role'),
        Timeout: 2,
        MemorySize: 256,
        Environment: { Variables: { QUEUE: { Ref: 'Queue' } } },
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'Function' },
        EventSourceArn: arnOf('Queue'),
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 2 },
      },
    },
    AsyncConfig: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: { Ref: 'Function' },
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: arnOf('DeadLetters') } },
      },
    },
    Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Function' } } },
    Alias: {
      Type: 'AWS::Lambda::Alias',
      Properties: {
        FunctionName: { Ref: 'Function' },
        FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
        Name: 'live',
      },
    },
  };
}

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown> } & Record<string, unknown>>;

function sourceStack(change: (resources: Resources) => void = () => {}): StackInput {
  const Resources: Resources = sourceResources();
  change(Resources);
  const Outputs = { QueueArn: { Value: arnOf('Queue') }, DeadLettersArn: { Value: arnOf('DeadLetters') } };
  return templateStack({
    name: 'Source',
    account: SOURCE,
    region: REGION,
    template: { Resources, Outputs },
    assets: new Map([['abc', assetFolder]]),
  });
}

const destinationStack = templateStack({
  name: 'Destination',
  account: DESTINATION,
  region: REGION,
  template: {
    Resources: {
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: { BucketName: 'landing', VersioningConfiguration: { Status: 'Enabled' } },
      },
      Policy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: { Ref: 'Bucket' },
          PolicyDocument: {
            Statement: {
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${SOURCE}:root` },
              Action: 's3:PutObject',
              Resource: 'arn:aws:s3:::landing/*',
            },
          },
        },
      },
      Writer: {
        Type: 'AWS::IAM::User',
        Properties: { UserName: 'nobody' },
      },
      WriterKey: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: { Ref: 'Writer' } } },
    },
    Outputs: {
      KeyId: { Value: { Ref: 'WriterKey' } },
      Secret: { Value: { 'Fn::GetAtt': ['WriterKey', 'SecretAccessKey'] } },
    },
  },
});

async function start(options: Partial<Parameters<typeof LocalCloud.start>[0]> = {}): Promise<LocalCloud> {
  const cloud = await LocalCloud.start({ stacks: [sourceStack(), destinationStack], ...options });
  opened.push(cloud);
  return cloud;
}

function clientConfig(cloud: LocalCloud, account: string) {
  return {
    endpoint: cloud.url,
    region: REGION,
    maxAttempts: 1,
    credentials: cloud.operator(account),
    requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem, keepAlive: true }) }),
  };
}

function lambdaOf(cloud: LocalCloud, account: string): LambdaClient {
  return new LambdaClient(clientConfig(cloud, account));
}

function s3Of(cloud: LocalCloud, account: string): S3Client {
  return new S3Client({ ...clientConfig(cloud, account), forcePathStyle: true });
}

const json = (bytes: Uint8Array | undefined) => JSON.parse(Buffer.from(bytes ?? []).toString());
const logs = (cloud: LocalCloud) => cloud.logs.lines('/aws/lambda/relay');

describe('two accounts made from templates', () => {
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await start();
  });

  test('a dropped object reaches the function through the queue; what it reports as failed stays in flight', async () => {
    const s3 = s3Of(cloud, SOURCE);
    await s3.send(new PutObjectCommand({ Bucket: 'drops', Key: 'a b.txt', Body: 'hello' }));
    await s3.send(new PutObjectCommand({ Bucket: 'drops', Key: 'is bad', Body: 'x' }));
    const { QueueArn } = cloud.outputs('Source');
    await expect.poll(() => logs(cloud).join('\n'), PATIENTLY).toContain('is+bad');
    await expect.poll(() => cloud.lambda.active, PATIENTLY).toBe(0);

    expect(logs(cloud).join('\n')).toContain(`received ${QueueArn} a+b.txt`);
    expect(cloud.sqs.queueByArn(QueueArn!)?.counts()).toEqual({ visible: 0, notVisible: 1, delayed: 0 });
    expect(cloud.unexpectedErrors).toEqual([]);
  });

  test('a function is invoked by its name over HTTPS, with the environment of Lambda', async () => {
    const answer = await lambdaOf(cloud, SOURCE).send(
      new InvokeCommand({ FunctionName: 'relay', Payload: '{"key":"ü"}', LogType: 'Tail' }),
    );
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(Buffer.from(answer.LogResult!, 'base64').toString()).toMatch(/^START .*END .*REPORT .*256 MB/s);
    const { key, env, arn } = json(answer.Payload);
    expect(key).toBe('ü');
    expect(arn).toBe(`arn:aws:lambda:${REGION}:${SOURCE}:function:relay`);
    expect(env).toMatchObject({
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL: cloud.url,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      NODE_EXTRA_CA_CERTS: cloud.caFile,
      QUEUE: expect.stringMatching(/^https:.*\/111111111111\/Source-Queue-/),
    });
    expect(cloud.directory.findAccessKey(env.AWS_ACCESS_KEY_ID)?.principal).toMatchObject({ roleName: 'relay' });
  });

  test('an account has the concurrency that it has unless it asks for more', async () => {
    const { AccountLimit } = await lambdaOf(cloud, SOURCE).send(new GetAccountSettingsCommand({}));
    expect(AccountLimit).toMatchObject({ ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 });
  });

  test('an alias runs its version, named by ARN', async () => {
    const FunctionName = `arn:aws:lambda:${REGION}:${SOURCE}:function:relay:live`;
    const answer = await lambdaOf(cloud, SOURCE).send(new InvokeCommand({ FunctionName, Payload: '{}' }));
    expect(answer.ExecutedVersion).toBe('1');
    expect(json(answer.Payload)).toMatchObject({ arn: FunctionName, env: { AWS_LAMBDA_FUNCTION_VERSION: '1' } });
  });

  test.each([
    ['runs out of time', { timeout: true }, { errorType: 'Sandbox.Timedout' }, /Task timed out after 2.00 seconds/],
    ['exits', { exit: true }, { errorType: 'Runtime.ExitError' }, /exit status 7/],
    ['throws', { fail: 'told so' }, { errorType: 'Error', errorMessage: 'told so' }, /told so/],
  ])('a function that %s answers with a function error, and works the next time', async (_, event, error, log) => {
    const lambda = lambdaOf(cloud, SOURCE);
    const failed = await lambda.send(
      new InvokeCommand({ FunctionName: 'relay', Payload: JSON.stringify(event), LogType: 'Tail' }),
    );
    expect(failed).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(json(failed.Payload)).toMatchObject(error);
    expect(Buffer.from(failed.LogResult!, 'base64').toString()).toMatch(log);
    const next = await lambda.send(new InvokeCommand({ FunctionName: 'relay', Payload: '{"a":1}' }));
    expect(json(next.Payload).a).toBe(1);
  });

  test('an event that fails for good is set aside with its error', async () => {
    const lambda = lambdaOf(cloud, SOURCE);
    const Payload = '{"fail":"for good"}';
    const accepted = await lambda.send(new InvokeCommand({ FunctionName: 'relay', InvocationType: 'Event', Payload }));
    expect(accepted.StatusCode).toBe(202);
    const queue = cloud.sqs.queueByArn(cloud.outputs('Source')['DeadLettersArn']!)!;
    const [message] = await queue.receive({ maxMessages: 1, waitTimeSeconds: 10 });
    expect(JSON.parse(message!.body)).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
      requestPayload: { fail: 'for good' },
      responsePayload: { errorMessage: 'for good' },
    });
  });

  test.each<[string, string, ConstructorParameters<typeof InvokeCommand>[0], object]>([
    ['unknown', SOURCE, { FunctionName: 'nope' }, { name: 'ResourceNotFoundException' }],
    [
      'of another account',
      DESTINATION,
      { FunctionName: `arn:aws:lambda:${REGION}:${SOURCE}:function:relay` },
      {
        name: 'AccessDeniedException',
        message: expect.stringContaining(`user/operator is not authorized to perform: lambda:InvokeFunction`),
      },
    ],
    ['given no JSON', SOURCE, { FunctionName: 'relay', Payload: '{' }, { name: 'InvalidRequestContentException' }],
    [
      'given too much for an event',
      SOURCE,
      { FunctionName: 'relay', InvocationType: 'Event', Payload: JSON.stringify('x'.repeat(1_048_576)) },
      { name: 'RequestTooLargeException' },
    ],
  ])('a function %s is refused in the words of AWS', async (_, account, command, error) => {
    await expect(lambdaOf(cloud, account).send(new InvokeCommand(command))).rejects.toMatchObject(error);
  });

  test('an object of one account is out of reach for the other, unless both sides allow it', async () => {
    const s3 = s3Of(cloud, SOURCE);
    await s3.send(new PutObjectCommand({ Bucket: 'landing', Key: 'k', Body: 'x' }));
    await expect(s3.send(new GetObjectCommand({ Bucket: 'landing', Key: 'k' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    const { KeyId, Secret } = cloud.outputs('Destination');
    const nobody = new S3Client({
      ...clientConfig(cloud, DESTINATION),
      forcePathStyle: true,
      credentials: { accessKeyId: KeyId!, secretAccessKey: Secret! },
    });
    await expect(nobody.send(new PutObjectCommand({ Bucket: 'landing', Key: 'k', Body: 'x' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('no identity-based policy allows the s3:PutObject action'),
    });
  });
});

test('everything is settled once the queue is empty and no function runs', async () => {
  const cloud = await start();
  const s3 = s3Of(cloud, SOURCE);
  for (const Key of ['1', '2', '3']) await s3.send(new PutObjectCommand({ Bucket: 'drops', Key, Body: Key }));
  await cloud.settled();
  const received = logs(cloud).filter((line) => line.includes('received'));
  expect(received.map((line) => line.slice(-1)).filter((key) => '123'.includes(key))).toHaveLength(3);
});

test('a function without the grants for its log group leaves no line', async () => {
  const withoutLogs = sourceStack((resources) => {
    resources['Logs'] = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/relay' } };
    delete resources['Role']!.Properties!['ManagedPolicyArns'];
  });
  const cloud = await start({ stacks: [withoutLogs] });
  const answer = await lambdaOf(cloud, SOURCE).send(
    new InvokeCommand({ FunctionName: 'relay', Payload: '{}', LogType: 'Tail' }),
  );
  expect(Buffer.from(answer.LogResult!, 'base64').toString()).toContain('REPORT');
  expect(logs(cloud)).toEqual([]);
});

test('lines of functions are files to look at, and a folder of ones own stays', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloud-'));
  const seen: string[] = [];
  const cloud = await start({ folder, onLog: ({ text }) => seen.push(text) });
  await lambdaOf(cloud, SOURCE).send(new InvokeCommand({ FunctionName: 'relay', Payload: '{}' }));
  await cloud.close();
  const file = readFileSync(join(folder, 'logs', SOURCE, 'aws/lambda/relay.log'), 'utf8');
  expect(file.trimEnd().split('\n')).toEqual(seen);
  expect(seen.join('\n')).toContain('REPORT RequestId: ');
  rmSync(folder, { recursive: true });
});

describe('a deployment is refused, and leaves nothing behind, for', () => {
  const properties = (resources: Resources, id: string) => resources[id]!.Properties!;
  const roleStatements = (resources: Resources) =>
    (properties(resources, 'Role')['Policies'] as { PolicyDocument: { Statement: unknown[] } }[])[0]!.PolicyDocument
      .Statement;
  test.each<[string, (resources: Resources) => void, string]>([
    [
      'a property that is unknown here',
      (resources) => Object.assign(properties(resources, 'Queue'), { FifoQueue: true }),
      'Stack Source, resource Queue (AWS::SQS::Queue): property FifoQueue is not supported',
    ],
    [
      'an unknown property further down',
      (resources) =>
        Object.assign(properties(resources, 'Function'), { Code: { S3Bucket: 'b', S3Key: 'abc.zip', S3Object: 1 } }),
      'resource Function (AWS::Lambda::Function): property Code.S3Object is not supported',
    ],
    [
      'a type that is unknown here',
      (resources) => Object.assign(resources, { Topic: { Type: 'AWS::Athena::WorkGroup' } }),
      'Stack Source, resource Topic (AWS::Athena::WorkGroup): this type of resource is not supported',
    ],
    [
      'a bucket that may not tell its queue',
      (resources) => {
        delete resources['QueuePolicy'];
        delete resources['Bucket']!['DependsOn'];
      },
      'resource Bucket (AWS::S3::Bucket): Unable to validate the following destination configurations',
    ],
    [
      'a role that may not take messages',
      (resources) => void roleStatements(resources).shift(),
      'resource Mapping (AWS::Lambda::EventSourceMapping): The provided execution role does not have permissions to call ReceiveMessage on SQS',
    ],
    [
      'a function that runs longer than its messages stay hidden',
      (resources) => Object.assign(properties(resources, 'Function'), { Timeout: 31 }),
      'Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds',
    ],
    [
      'filters on messages',
      (resources) => Object.assign(properties(resources, 'Mapping'), { FilterCriteria: { Filters: [] } }),
      'property FilterCriteria is not supported',
    ],
    [
      'a failure queue that the role may not send to',
      (resources) => void roleStatements(resources).pop(),
      "resource AsyncConfig (AWS::Lambda::EventInvokeConfig): The function's execution role does not have permissions to call SendMessage",
    ],
    [
      'a role that Lambda may not assume',
      (resources) =>
        Object.assign(properties(resources, 'Role'), { AssumeRolePolicyDocument: assumedBy('ec2.amazonaws.com') }),
      'resource Function (AWS::Lambda::Function): The role defined for the function cannot be assumed by Lambda.',
    ],
    [
      'a trust in a role that does not exist',
      (resources) =>
        Object.assign(properties(resources, 'Role'), {
          AssumeRolePolicyDocument: {
            Statement: {
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${DESTINATION}:role/gone` },
              Action: 'sts:AssumeRole',
            },
          },
        }),
      `resource Role (AWS::IAM::Role): Invalid principal in policy: "AWS":"arn:aws:iam::${DESTINATION}:role/gone"`,
    ],
    [
      'policies of AWS that are unknown here',
      (resources) =>
        Object.assign(properties(resources, 'Role'), {
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonEC2FullAccess'],
        }),
      'the policy arn:aws:iam::aws:policy/AmazonEC2FullAccess is managed by AWS and unknown here',
    ],
    [
      'variables that Lambda keeps for itself',
      (resources) =>
        Object.assign(properties(resources, 'Function'), { Environment: { Variables: { AWS_REGION: 'x' } } }),
      "property Environment.Variables: reserved keys can't be set: AWS_REGION",
    ],
    [
      'code that is no asset of the stack',
      (resources) => Object.assign(properties(resources, 'Function'), { Code: { S3Bucket: 'b', S3Key: 'x.zip' } }),
      'Code.S3Key x.zip is no code asset of this stack',
    ],
  ])('%s', async (_, change, message) => {
    await expect(LocalCloud.start({ stacks: [sourceStack(change)] })).rejects.toThrow(message);
  });
});

test('a busy port is told by its own error', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await expect(LocalCloud.start({ stacks: [], port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  server.close();
});

test('closing ends every sandbox, removes the folder, and may be done twice', async () => {
  const slow = sourceStack((resources) => Object.assign(resources['Function']!.Properties!, { Timeout: 30 }));
  const cloud = await start({ stacks: [slow] });
  const lambda = lambdaOf(cloud, SOURCE);
  const invocation = lambda.send(new InvokeCommand({ FunctionName: 'relay', Payload: '{"timeout":true}' }));
  const ended = invocation.catch((error: Error) => error.name);
  await expect.poll(() => logs(cloud).join('\n'), PATIENTLY).toMatch(/process \d+/);
  const pid = Number(/process (\d+)/.exec(logs(cloud).join('\n'))![1]);
  await cloud.close();
  await cloud.close();
  await ended;
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(existsSync(cloud.folder)).toBe(false);
  expect(cloud.unexpectedErrors).toEqual([]);
  // Less than the function's timeout, which would end the sandbox as well.
}, 20_000);
