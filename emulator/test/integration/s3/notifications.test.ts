import { Agent } from 'node:https';
import {
  type Event,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { templateStack } from '../../../templates/assembly.ts';

const ACCOUNT = '111111111111';
const REGION = 'eu-west-1';
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:open`;
const CLOSED = `arn:aws:sqs:${REGION}:${ACCOUNT}:closed`;

const readsOnly = { Effect: 'Allow', Action: 's3:GetBucketNotification', Resource: 'arn:aws:s3:::drop' };

const Resources = {
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'open' } },
  Closed: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'closed' } },
  QueuePolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Queue' }],
      PolicyDocument: {
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 's3.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: QUEUE,
        },
      },
    },
  },
  Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'drop' } },
  Reader: {
    Type: 'AWS::IAM::User',
    Properties: {
      UserName: 'reader',
      Policies: [{ PolicyName: 'reads', PolicyDocument: { Statement: readsOnly } }],
    },
  },
};

let cloud: LocalCloud;
let operator: S3Client;
let sqs: SQSClient;

beforeAll(async () => {
  const stack = templateStack({ name: 'Stack', account: ACCOUNT, region: REGION, template: { Resources } });
  cloud = await LocalCloud.start({ stacks: [stack] });
  operator = client(cloud.operator(ACCOUNT));
  sqs = new SQSClient(config(cloud.operator(ACCOUNT)));
});

afterAll(() => cloud.close());

function config(credentials: { accessKeyId: string; secretAccessKey: string }) {
  const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) });
  return { endpoint: cloud.url, region: REGION, credentials, requestHandler, maxAttempts: 1 };
}

function client(credentials: { accessKeyId: string; secretAccessKey: string }): S3Client {
  return new S3Client({ ...config(credentials), forcePathStyle: true });
}

function put(configuration: NotificationConfiguration, by = operator, skips = false) {
  return by.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: 'drop',
      NotificationConfiguration: configuration,
      ...(skips && { SkipDestinationValidation: true }),
    }),
  );
}

async function get(by = operator) {
  const { $metadata, ...configuration } = await by.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: 'drop' }),
  );
  return configuration;
}

function queue(filter: Record<string, string>, changes: { arn?: string; id?: string; events?: Event[] } = {}) {
  const { arn = QUEUE, id, events = ['s3:ObjectCreated:*' as const] } = changes;
  const FilterRules = Object.entries(filter).map(([Name, Value]) => ({ Name: Name as 'prefix', Value }));
  return { QueueArn: arn, Events: events, Filter: { Key: { FilterRules } }, ...(id && { Id: id }) };
}

interface Body {
  Event?: string;
  Records?: { s3: { configurationId: string; object: { key: string } } }[];
}

/** What has come into the queue since the last time. */
async function arrived(): Promise<Body[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: `${cloud.url}/${ACCOUNT}/open`, MaxNumberOfMessages: 10 }),
  );
  const bodies = Messages.map(({ Body }) => JSON.parse(Body!) as Body);
  return bodies.length === 0 ? [] : [...bodies, ...(await arrived())];
}

test('a bucket has none until it is given one, and what was given is answered', async () => {
  expect(await get()).toEqual({});
  const QueueConfigurations = [queue({ prefix: 'in/', suffix: '.csv' }, { id: 'mine' }), queue({ prefix: 'out/' })];
  await put({ QueueConfigurations, EventBridgeConfiguration: {} });
  const Prefix = (Value: string) => ({ Name: 'Prefix', Value });
  expect(await get()).toEqual({
    QueueConfigurations: [
      {
        Id: 'mine',
        QueueArn: QUEUE,
        Events: ['s3:ObjectCreated:*'],
        Filter: { Key: { FilterRules: [Prefix('in/'), { Name: 'Suffix', Value: '.csv' }] } },
      },
      {
        Id: expect.stringMatching(/^\w+$/),
        QueueArn: QUEUE,
        Events: ['s3:ObjectCreated:*'],
        Filter: { Key: { FilterRules: [Prefix('out/')] } },
      },
    ],
    EventBridgeConfiguration: {},
  });
});

test('a new configuration takes the place of the old one, and each queue is tried first', async () => {
  await arrived();
  await put({ QueueConfigurations: [queue({ prefix: 'in/' }, { id: 'first' })] });
  await put({ QueueConfigurations: [queue({}, { id: 'second', events: ['s3:ObjectCreated:Put'] })] });
  expect((await arrived()).map(({ Event }) => Event)).toEqual(['s3:TestEvent', 's3:TestEvent']);
  await operator.send(new PutObjectCommand({ Bucket: 'drop', Key: 'in/a.csv', Body: 'x' }));
  const records = (await arrived()).flatMap(({ Records = [] }) => Records);
  expect(records.map(({ s3 }) => [s3.configurationId, s3.object.key])).toEqual([['second', 'in/a.csv']]);
  await put({});
  expect(await get()).toEqual({});
});

test('a queue that refuses leaves the old configuration, unless S3 is told not to try it', async () => {
  await put({ QueueConfigurations: [queue({}, { id: 'old' })] });
  const closed = { QueueConfigurations: [queue({}, { arn: CLOSED, id: 'new' })] };
  await expect(put(closed)).rejects.toMatchObject({
    name: 'InvalidArgument',
    message: 'Unable to validate the following destination configurations',
  });
  expect(await get()).toMatchObject({ QueueConfigurations: [{ Id: 'old' }] });
  await put(closed, operator, true);
  expect(await get()).toMatchObject({ QueueConfigurations: [{ Id: 'new', QueueArn: CLOSED }] });
});

test.each<[string, NotificationConfiguration, string]>([
  [
    'overlapping prefixes',
    { QueueConfigurations: [queue({ prefix: 'a' }), queue({ prefix: 'ab' })] },
    'ambiguously defined',
  ],
  [
    'overlapping suffixes',
    { QueueConfigurations: [queue({ suffix: 'g' }), queue({ suffix: 'jpg' })] },
    'ambiguously defined',
  ],
  [
    'one id twice',
    { QueueConfigurations: [queue({ prefix: 'a' }, { id: 'i' }), queue({ prefix: 'b' }, { id: 'i' })] },
    'Same ID',
  ],
  ['a filter by something else', { QueueConfigurations: [queue({ infix: 'a' })] }, 'must be either prefix or suffix'],
  [
    'an event unknown here',
    { QueueConfigurations: [queue({}, { events: ['s3:ObjectRemoved:*'] })] },
    's3:ObjectRemoved:*',
  ],
  [
    'a topic',
    { TopicConfigurations: [{ TopicArn: 'arn:aws:sns:eu-west-1:111111111111:t', Events: ['s3:ObjectCreated:*'] }] },
    'TopicConfiguration',
  ],
  [
    'a function',
    {
      LambdaFunctionConfigurations: [
        { LambdaFunctionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:f', Events: ['s3:ObjectCreated:*'] },
      ],
    },
    'CloudFunctionConfiguration',
  ],
])('%s is refused', async (_, configuration, words) => {
  await expect(put(configuration)).rejects.toThrow(words);
});

test('a template that names overlapping filters is refused in the same words', async () => {
  const one = (prefix: string) => ({
    Event: 's3:ObjectCreated:*',
    Queue: QUEUE,
    Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: prefix }] } },
  });
  const NotificationConfiguration = { QueueConfigurations: [one('in/'), one('in/a')] };
  const template = { Resources: { Other: { Type: 'AWS::S3::Bucket', Properties: { NotificationConfiguration } } } };
  const deployed = cloud.deploy(templateStack({ name: 'Other', account: ACCOUNT, region: REGION, template }));
  await expect(deployed).rejects.toThrow('ambiguously defined');
});

test('reading and writing are permissions of their own', async () => {
  const reader = client(cloud.directory.addAccessKey(ACCOUNT, 'reader'));
  await put({ EventBridgeConfiguration: {} });
  expect(await get(reader)).toEqual({ EventBridgeConfiguration: {} });
  await expect(put({}, reader)).rejects.toThrow('s3:PutBucketNotification');
});
