/** Rules that templates have made: asked about, changed by hand, and what becomes of events that a target refuses. */
import { Agent } from 'node:https';
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { templateStack } from '../../../templates/assembly.ts';

const ACCOUNT = '111111111111';
const REGION = 'eu-west-1';
const arn = (service: string, name: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;
const RULE_ARN = arn('events', 'rule/uploads');
const queueArn = (name: string) => arn('sqs', name);

function queue(name: string, properties: Record<string, unknown> = {}) {
  return { Type: 'AWS::SQS::Queue', Properties: { QueueName: name, ...properties } };
}

function open(logicalId: string, name: string) {
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn(name),
    Condition: { ArnEquals: { 'aws:SourceArn': RULE_ARN } },
  };
  const Properties = { Queues: [{ Ref: logicalId }], PolicyDocument: { Statement } };
  return { Type: 'AWS::SQS::QueuePolicy', Properties };
}

const EventPattern = { source: ['uploads'] };
const target = (Id: string, name: string, deadLetters?: string) => ({
  Id,
  Arn: queueArn(name),
  ...(deadLetters && { DeadLetterConfig: { Arn: queueArn(deadLetters) } }),
});

const Resources = {
  Open: queue('open', { MaximumMessageSize: 1024 }),
  OpenPolicy: open('Open', 'open'),
  Closed: queue('closed'),
  Dead: queue('dead'),
  DeadPolicy: open('Dead', 'dead'),
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: { Name: 'uploads', EventPattern, Targets: [target('relay', 'open', 'dead')] },
  },
  Daily: { Type: 'AWS::Events::Rule', Properties: { Name: 'daily', ScheduleExpression: 'rate(1 day)' } },
  Reader: {
    Type: 'AWS::IAM::User',
    Properties: {
      UserName: 'reader',
      Policies: [
        {
          PolicyName: 'reads',
          PolicyDocument: {
            Statement: { Effect: 'Allow', Action: ['events:Describe*', 'events:List*'], Resource: RULE_ARN },
          },
        },
      ],
    },
  },
};

let cloud: LocalCloud;
let operator: EventBridgeClient;

function stack(Targets: object[]) {
  const Rule = { ...Resources.Rule, Properties: { ...Resources.Rule.Properties, Targets } };
  return templateStack({
    account: ACCOUNT,
    region: REGION,
    name: 'rules',
    template: { Resources: { ...Resources, Rule } },
  });
}

function configOf(credentials: { accessKeyId: string; secretAccessKey: string }) {
  const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) });
  return { endpoint: cloud.url, region: REGION, credentials, requestHandler, maxAttempts: 1 };
}

beforeEach(async () => {
  cloud = await LocalCloud.start({ stacks: [stack([target('relay', 'open', 'dead')])] });
  operator = new EventBridgeClient(configOf(cloud.operator(ACCOUNT)));
});
afterEach(() => cloud.close());

async function publish(key: string): Promise<void> {
  const Detail = JSON.stringify({ key });
  const { FailedEntryCount } = await operator.send(
    new PutEventsCommand({ Entries: [{ Source: 'uploads', DetailType: 'Object Created', Detail }] }),
  );
  expect(FailedEntryCount).toBe(0);
}

/** The keys of what lies in a queue, which is taken out, and the text of each message's attributes. */
async function take(name: string): Promise<{ key: string; attributes: Record<string, string> }[]> {
  const sqs = new SQSClient(configOf(cloud.operator(ACCOUNT)));
  const QueueUrl = `${cloud.url}/${ACCOUNT}/${name}`;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
  );
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return Messages.map(({ Body, MessageAttributes = {} }) => ({
    key: JSON.parse(Body!).detail.key,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([it, { StringValue }]) => [it, StringValue!]),
    ),
  }));
}

function counted(): Record<string, number | undefined> {
  const { metrics } = cloud.cloudWatch;
  const id = { account: ACCOUNT, region: REGION, namespace: 'AWS/Events', dimensions: { RuleName: 'uploads' } };
  const names = ['Invocations', 'FailedInvocations', 'InvocationsSentToDlq', 'InvocationsFailedToBeSentToDlq'];
  const ever = { from: 0, to: Number.MAX_SAFE_INTEGER };
  return Object.fromEntries(names.map((name) => [name, metrics.statistic({ ...id, name }, 'Sum', ever)]));
}

describe('a rule by a pattern', () => {
  const Name = 'uploads';

  test('is described with its targets', async () => {
    expect(await operator.send(new DescribeRuleCommand({ Name }))).toMatchObject({
      Name,
      Arn: RULE_ARN,
      EventPattern: '{"source":["uploads"]}',
      State: 'ENABLED',
    });
    const { Targets } = await operator.send(new ListTargetsByRuleCommand({ Rule: Name }));
    expect(Targets).toEqual([{ Id: 'relay', Arn: queueArn('open'), DeadLetterConfig: { Arn: queueArn('dead') } }]);
  });

  test('lets nothing through while it is off', async () => {
    await operator.send(new DisableRuleCommand({ Name }));
    expect(await operator.send(new DescribeRuleCommand({ Name }))).toMatchObject({ State: 'DISABLED' });
    await publish('lost');
    await operator.send(new EnableRuleCommand({ Name }));
    await publish('found');
    expect((await take('open')).map(({ key }) => key)).toEqual(['found']);
  });

  test('is deleted once its targets are removed, and not before', async () => {
    await expect(operator.send(new DeleteRuleCommand({ Name }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: "Rule can't be deleted since it has targets.",
    });
    const Ids = ['relay', 'unknown'];
    const { FailedEntryCount, FailedEntries } = await operator.send(new RemoveTargetsCommand({ Rule: Name, Ids }));
    expect([FailedEntryCount, FailedEntries!.map(({ TargetId }) => TargetId)]).toEqual([1, ['unknown']]);
    await publish('lost');
    expect(await operator.send(new ListTargetsByRuleCommand({ Rule: Name }))).toMatchObject({ Targets: [] });
    await operator.send(new DeleteRuleCommand({ Name }));
    await expect(operator.send(new DescribeRuleCommand({ Name }))).rejects.toThrow('Rule uploads does not exist');
    expect(await take('open')).toEqual([]);
  });

  test('is changed by nobody who may only read it', async () => {
    const reader = new EventBridgeClient(configOf(cloud.directory.addAccessKey(ACCOUNT, 'reader')));
    await reader.send(new DescribeRuleCommand({ Name }));
    await reader.send(new ListTargetsByRuleCommand({ Rule: Name }));
    const changes = [
      [reader.send(new DeleteRuleCommand({ Name })), 'events:DeleteRule'],
      [reader.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['relay'] })), 'events:RemoveTargets'],
      [reader.send(new DisableRuleCommand({ Name })), 'events:DisableRule'],
    ] as const;
    for (const [change, action] of changes) await expect(change).rejects.toThrow(action);
  });
});

test('a rule by a schedule is deleted as well', async () => {
  await operator.send(new DeleteRuleCommand({ Name: 'daily' }));
  await expect(operator.send(new DescribeRuleCommand({ Name: 'daily' }))).rejects.toThrow('does not exist');
});

describe('what a target refuses', () => {
  test('is counted, and is not tried again', async () => {
    await cloud.deploy(stack([target('relay', 'closed')]));
    await publish('k');
    expect(counted()).toEqual({ Invocations: 1, FailedInvocations: 1 });
    expect(await take('closed')).toEqual([]);
  });

  test('for want of permission goes to the dead-letter queue with its reason', async () => {
    await cloud.deploy(stack([target('relay', 'closed', 'dead')]));
    await publish('k');
    expect(await take('dead')).toEqual([
      {
        key: 'k',
        attributes: {
          RULE_ARN,
          TARGET_ARN: queueArn('closed'),
          ERROR_CODE: 'NO_PERMISSIONS',
          ERROR_MESSAGE: expect.stringContaining('not authorized to perform: sqs:sendmessage'),
        },
      },
    ]);
    expect(counted()).toEqual({ Invocations: 1, FailedInvocations: 1, InvocationsSentToDlq: 1 });
  });

  test('for what it holds goes there as well', async () => {
    const key = 'x'.repeat(1024);
    await publish(key);
    expect(await take('dead')).toMatchObject([{ key, attributes: { ERROR_CODE: 'INVALID_PARAMETER' } }]);
  });

  test('is lost, and counted, when the dead-letter queue refuses it too', async () => {
    await publish('no queue takes \uffff');
    expect(await take('dead')).toEqual([]);
    expect(counted()).toEqual({ Invocations: 1, FailedInvocations: 1, InvocationsFailedToBeSentToDlq: 1 });
    expect(cloud.deliveryFailures.map(({ error }) => (error as { code?: string }).code)).toEqual([
      'InvalidMessageContents',
      'InvalidMessageContents',
    ]);
  });

  test('is none of it when all goes well', async () => {
    await publish('k');
    expect((await take('open')).map(({ key }) => key)).toEqual(['k']);
    expect(counted()).toEqual({ Invocations: 1 });
  });
});
