import { Agent } from 'node:https';
import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { templateStack } from '../../../templates/assembly.ts';

const A = '111111111111';
const B = '222222222222';
const REGION = 'eu-west-1';
const DEFAULT_BUS_ARN = `arn:aws:events:${REGION}:${A}:event-bus/default`;

const Resources = {
  Queue: { Type: 'AWS::SQS::Queue' },
  QueuePolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Queue' }],
      PolicyDocument: {
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: { 'Fn::GetAtt': 'Queue.Arn' },
          Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': 'Rule.Arn' } } },
        },
      },
    },
  },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: { source: ['upload-relay'], detail: { status: ['relayed'] } },
      Targets: [{ Id: 'queue', Arn: { 'Fn::GetAtt': 'Queue.Arn' } }],
    },
  },
  Daily: { Type: 'AWS::Events::Rule', Properties: { Name: 'daily', ScheduleExpression: 'rate(1 day)' } },
  Relay: {
    Type: 'AWS::IAM::User',
    Properties: {
      UserName: 'relay',
      Policies: [
        {
          PolicyName: 'events',
          PolicyDocument: {
            Statement: {
              Effect: 'Allow',
              Action: 'events:PutEvents',
              Resource: DEFAULT_BUS_ARN,
              Condition: {
                StringEquals: { 'events:source': 'upload-relay' },
                'ForAllValues:StringLike': { 'events:detail-type': 'Object *' },
              },
            },
          },
        },
      ],
    },
  },
};

let cloud: LocalCloud;
let operator: EventBridgeClient;
let relay: EventBridgeClient;
let other: EventBridgeClient;

function configOf(credentials: { accessKeyId: string; secretAccessKey: string }) {
  const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem, keepAlive: true }) });
  return { endpoint: cloud.url, region: REGION, credentials, requestHandler, maxAttempts: 1 };
}

beforeAll(async () => {
  const template = { Resources, Outputs: { Queue: { Value: { Ref: 'Queue' } } } };
  cloud = await LocalCloud.start({
    stacks: [templateStack({ account: A, region: REGION, name: 'events', template })],
    accountsWithOperator: [A, B],
  });
  operator = new EventBridgeClient(configOf(cloud.operator(A)));
  relay = new EventBridgeClient(configOf(cloud.directory.addAccessKey(A, 'relay')));
  other = new EventBridgeClient(configOf(cloud.operator(B)));
});
afterAll(() => cloud.close());

const anEntry = (change: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  Source: 'upload-relay',
  DetailType: 'Object Relayed',
  Detail: JSON.stringify({ status: 'relayed', key: 'a b.txt' }),
  ...change,
});

const put = (client: EventBridgeClient, ...Entries: PutEventsRequestEntry[]) =>
  client.send(new PutEventsCommand({ Entries }));

/** What the rule has let through since the last look: a message that was received stays hidden for 30 seconds. */
async function takeEvents(): Promise<Record<string, unknown>[]> {
  const sqs = new SQSClient(configOf(cloud.operator(A)));
  const QueueUrl = cloud.outputs('events')['Queue']!;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body }) => JSON.parse(Body!));
}

test('an event reaches the queue of a rule that matches it, and of no other account', async () => {
  const Time = new Date('2026-03-01T10:20:30Z');
  const { FailedEntryCount, Entries } = await put(
    relay,
    anEntry({ Time, Resources: ['arn:aws:s3:::source'], EventBusName: DEFAULT_BUS_ARN }),
    anEntry({ Detail: '{"status":"skipped"}' }),
  );
  await put(other, anEntry());
  expect(FailedEntryCount).toBe(0);
  expect(await takeEvents()).toEqual([
    {
      version: '0',
      id: Entries![0]!.EventId,
      'detail-type': 'Object Relayed',
      source: 'upload-relay',
      account: A,
      time: '2026-03-01T10:20:30Z',
      region: REGION,
      resources: ['arn:aws:s3:::source'],
      detail: { status: 'relayed', key: 'a b.txt' },
    },
  ]);
  expect(cloud.deliveryFailures).toEqual([]);
});

describe('a request is refused as a whole', () => {
  test.each([
    ['by a condition on the source of any entry', [anEntry(), anEntry({ Source: 'somebody-else' })], DEFAULT_BUS_ARN],
    ['by a condition on the detail type', [anEntry({ DetailType: 'Relay Paused' })], DEFAULT_BUS_ARN],
    ['without a grant on the bus', [anEntry({ EventBusName: 'orders' })], DEFAULT_BUS_ARN.replace('default', 'orders')],
    [
      'on a bus of another account',
      [anEntry({ EventBusName: DEFAULT_BUS_ARN.replace(A, B) })],
      DEFAULT_BUS_ARN.replace(A, B),
    ],
  ])('%s', async (_, entries, busArn) => {
    await expect(put(relay, ...entries)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::${A}:user/relay is not authorized to perform: events:PutEvents on resource: ${busArn} because no identity-based policy allows the events:PutEvents action`,
      $metadata: { httpStatusCode: 400 },
    });
    expect(await takeEvents()).toEqual([]);
  });

  test.each([
    ['without entries', [], 'Member must have length greater than or equal to 1'],
    [
      'with more than ten',
      Array.from({ length: 11 }, () => anEntry()),
      'Member must have length less than or equal to 10',
    ],
    [
      'with more than 1 MiB in all',
      [anEntry(), anEntry({ Detail: `"${'ä'.repeat(524_288)}"` })],
      'Total size of the entries in the request is over the limit.',
    ],
    ['with a parameter that is not supported', [anEntry({ TraceHeader: 'Root=1' })], 'TraceHeader'],
  ])('%s', async (_, entries, problem) => {
    await expect(put(operator, ...entries)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(problem),
    });
  });
});

test('an entry that fails leaves the others alone', async () => {
  const failing: [PutEventsRequestEntry, string][] = [
    [anEntry({ Source: 'aws.s3' }), 'NotAuthorizedForSourceException'],
    [anEntry({ EventBusName: 'orders' }), 'ResourceNotFoundException'],
    [anEntry({ Detail: '{"status":' }), 'MalformedDetail'],
    [anEntry({ Detail: '["relayed"]' }), 'MalformedDetail'],
    [anEntry({ DetailType: '' }), 'InvalidArgument'],
  ];
  const { FailedEntryCount, Entries } = await put(operator, ...failing.map(([entry]) => entry), anEntry());
  expect(FailedEntryCount).toBe(failing.length);
  expect(Entries!.map(({ ErrorCode }) => ErrorCode)).toEqual([...failing.map(([, code]) => code), undefined]);
  expect(await takeEvents()).toMatchObject([{ id: Entries!.at(-1)!.EventId }]);
});

describe('a rule that goes by a schedule', () => {
  const Name = 'daily';
  const state = async () => (await operator.send(new DescribeRuleCommand({ Name }))).State;

  test('is described, and can be turned off and on', async () => {
    expect(await operator.send(new DescribeRuleCommand({ Name }))).toMatchObject({
      Name,
      Arn: `arn:aws:events:${REGION}:${A}:rule/daily`,
      ScheduleExpression: 'rate(1 day)',
      State: 'ENABLED',
    });
    await operator.send(new DisableRuleCommand({ Name }));
    expect(await state()).toBe('DISABLED');
    await operator.send(new EnableRuleCommand({ Name }));
    expect(await state()).toBe('ENABLED');
  });

  test('is nobody else’s affair', async () => {
    await expect(relay.send(new DescribeRuleCommand({ Name }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('is not authorized to perform: events:DescribeRule'),
    });
    await expect(other.send(new DescribeRuleCommand({ Name }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
