import { describe, expect, test } from 'vitest';
import { IamAuthorizer } from '../../../../../authorization/authorizer.ts';
import { parsePolicy } from '../../../../../authorization/policy.ts';
import { EventBus, type EventRule } from '../../../../../services/eventbridge/state/event-bus.ts';
import { Directory } from '../../../../../services/iam/state/directory.ts';
import { encodeKey } from '../../../../../services/s3/key-encoding.ts';
import {
  BucketNotifications,
  type QueueNotification,
} from '../../../../../services/s3/notifications/bucket-notifications.ts';
import {
  matchesFilter,
  type ObjectCreated,
  s3Notification,
} from '../../../../../services/s3/notifications/s3-notification.ts';
import { SqsService } from '../../../../../services/sqs/service.ts';

const ACCOUNT = '111111111111';
const REGION = 'us-east-1';
const BUCKET_ARN = 'arn:aws:s3:::drop';
const RULE_ARN = `arn:aws:events:${REGION}:${ACCOUNT}:rule/uploads`;
const now = Date.parse('2026-01-02T03:04:05.678Z');
const clock = () => now;
const operator = {
  principal: { kind: 'root' as const, account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` },
  context: {},
};

const created = (changes: Partial<ObjectCreated> = {}): ObjectCreated => ({
  bucket: 'drop',
  bucketAccount: ACCOUNT,
  region: REGION,
  key: 'in/red flower+1.jpg',
  sizeBytes: 9,
  eTag: '437b930db84b8079c2dd804a71936b5f',
  versionId: 'v1',
  sequencer: '0055AED6DCD90281E5',
  eventName: 'ObjectCreated:Put',
  principalId: 'AWS:AIDAEXAMPLE',
  sourceIp: '127.0.0.1',
  requestId: 'C3D13FE58DE4C810',
  time: new Date(now),
  ...changes,
});

function setUp() {
  const directory = new Directory(clock);
  directory.addAccount(ACCOUNT);
  const sqs = new SqsService({
    authorizer: new IamAuthorizer(directory),
    directory,
    clock,
    endpoint: () => 'https://127.0.0.1',
  });
  const eventBus = new EventBus({ sqs });
  const reported: string[] = [];
  const onFailure = ({ queueArn }: { queueArn: string }) => reported.push(queueArn);
  const notifications = new BucketNotifications({ sqs, eventBus, clock, onFailure });
  const queue = sqs.createQueue({ account: ACCOUNT, region: REGION, name: 'uploads' });
  const allow = (service: string, sourceArn: string, sourceAccount = ACCOUNT) => {
    const Condition = {
      ArnEquals: { 'aws:SourceArn': sourceArn },
      StringEquals: { 'aws:SourceAccount': sourceAccount },
    };
    const statement = {
      Effect: 'Allow',
      Principal: { Service: service },
      Action: 'sqs:SendMessage',
      Resource: queue.arn,
      Condition,
    };
    sqs.setQueuePolicy(queue.arn, parsePolicy({ Version: '2012-10-17', Statement: [statement] }, 'queue', 'resource'));
  };
  const bodies = async () => {
    const messages = await sqs.receiveMessages(operator, queue.arn, { maxMessages: 10 });
    return messages.map(({ body }) => JSON.parse(body));
  };
  const configure = (queues: Partial<QueueNotification>[], eventBridge = false) =>
    notifications.configure('drop', {
      queues: queues.map((one) => ({ queueArn: queue.arn, events: ['s3:ObjectCreated:*'], ...one })),
      eventBridge,
      account: ACCOUNT,
      region: REGION,
    });
  return { sqs, eventBus, notifications, reported, queue, allow, bodies, configure };
}

test.each([
  ['red flower.jpg', 'red+flower.jpg'],
  ['a+b', 'a%2Bb'],
  ['a/b//c/', 'a/b//c/'],
  ['a%2Bb', 'a%252Bb'],
  ['a@b', 'a%40b'],
  ["it's (1)!~", 'it%27s+%281%29%21%7E'],
  ['AZaz09*-._', 'AZaz09*-._'],
  ['é🎉', '%C3%A9%F0%9F%8E%89'],
  ['10:47=x&y?z#', '10%3A47%3Dx%26y%3Fz%23'],
])('the key %j is notified as %s, and decodes to itself', (key, encoded) => {
  expect(encodeKey(key)).toBe(encoded);
  expect(decodeURIComponent(encoded.replaceAll('+', ' '))).toBe(key);
});

test.each([
  [{ prefix: 'in/' }, 'in/a.csv', true],
  [{ prefix: 'in/' }, 'out/a.csv', false],
  [{ suffix: '.csv' }, 'in/a.csv', true],
  [{ prefix: 'in/', suffix: '.csv' }, 'in/a.txt', false],
  [{ prefix: 'dt=1/' }, 'dt=1/a', false],
  [{ prefix: 'dt%3D1/' }, 'dt=1/a', true],
  [{ prefix: 'my+files/' }, 'my files/a', true],
])('the filter %j on %j: %s', (filter, key, expected) => {
  expect(matchesFilter(filter, key)).toBe(expected);
});

test('a notification has the shape of version 2.1, without versionId where the bucket has no versions', () => {
  expect(s3Notification(created(), 'config-1')).toEqual({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: REGION,
        eventTime: '2026-01-02T03:04:05.678Z',
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:AIDAEXAMPLE' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': 'C3D13FE58DE4C810', 'x-amz-id-2': expect.any(String) },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'config-1',
          bucket: {
            name: 'drop',
            ownerIdentity: { principalId: expect.stringMatching(/^A[0-9A-F]{13}$/) },
            arn: BUCKET_ARN,
          },
          object: {
            key: 'in/red+flower%2B1.jpg',
            size: 9,
            eTag: '437b930db84b8079c2dd804a71936b5f',
            versionId: 'v1',
            sequencer: '0055AED6DCD90281E5',
          },
        },
      },
    ],
  });
  const { versionId: _none, ...unversioned } = created();
  expect(JSON.stringify(s3Notification(unversioned, 'c'))).not.toContain('versionId');
});

describe('notifications into a queue', () => {
  test('configuring sends the test event, and an upload is notified to the matching queue only', async () => {
    const { allow, configure, notifications, bodies } = setUp();
    allow('s3.amazonaws.com', BUCKET_ARN);
    configure([{ filter: { prefix: 'in/' }, id: 'uploads' }]);
    notifications.publish(created());
    notifications.publish(created({ key: 'out/a' }));
    const [testEvent, notification, ...rest] = await bodies();
    expect(testEvent).toMatchObject({
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Bucket: 'drop',
      Time: '2026-01-02T03:04:05.678Z',
    });
    expect(notification.Records[0].s3).toMatchObject({
      configurationId: 'uploads',
      object: { key: 'in/red+flower%2B1.jpg' },
    });
    expect(rest).toEqual([]);
    expect(notifications.failures).toEqual([]);
  });

  test.each<[string, { sourceArn: string; account: string } | undefined]>([
    ['no policy', undefined],
    ['a policy for another bucket', { sourceArn: 'arn:aws:s3:::other', account: ACCOUNT }],
    ['a policy for another account', { sourceArn: BUCKET_ARN, account: '222222222222' }],
  ])('a queue with %s refuses the configuration, and the bucket stays without', async (_, grant) => {
    const { allow, configure, notifications, bodies } = setUp();
    if (grant) allow('s3.amazonaws.com', grant.sourceArn, grant.account);
    expect(() => configure([{}])).toThrow(
      expect.objectContaining({
        name: 'InvalidArgument',
        message: 'Unable to validate the following destination configurations',
      }),
    );
    allow('s3.amazonaws.com', BUCKET_ARN);
    notifications.publish(created());
    expect(await bodies()).toEqual([]);
  });

  test('a queue that refuses later is a recorded failure, not a failed upload', () => {
    const { sqs, queue, allow, configure, notifications, reported } = setUp();
    allow('s3.amazonaws.com', BUCKET_ARN);
    configure([{}]);
    allow('s3.amazonaws.com', 'arn:aws:s3:::other');
    notifications.publish(created());
    expect(notifications.failures).toMatchObject([
      { sourceArn: BUCKET_ARN, queueArn: queue.arn, error: { name: 'AccessDenied' } },
    ]);
    expect(reported).toEqual([queue.arn]);
    expect(sqs.queueByArn(queue.arn)?.counts().visible).toBe(1);
  });

  const ambiguous = /Configuration is ambiguously defined/;
  test.each<[string, Partial<QueueNotification>[], RegExp | undefined]>([
    ['same events, no filters', [{}, {}], ambiguous],
    ['one prefix within the other', [{ filter: { prefix: 'in/' } }, { filter: { prefix: 'in/a/' } }], ambiguous],
    ['a wildcard covers a single type', [{}, { events: ['s3:ObjectCreated:Put'] }], ambiguous],
    ['overlapping suffixes', [{ filter: { suffix: '.csv' } }, { filter: { suffix: 'csv' } }], ambiguous],
    [
      'same prefix, distinct suffixes',
      [{ filter: { prefix: 'in/', suffix: '.csv' } }, { filter: { prefix: 'in/', suffix: '.jpg' } }],
      undefined,
    ],
    ['distinct prefixes', [{ filter: { prefix: 'a/' } }, { filter: { prefix: 'b/' } }], undefined],
    ['distinct events', [{ events: ['s3:ObjectCreated:Put'] }, { events: ['s3:ObjectCreated:Copy'] }], undefined],
    [
      'an event that is never sent here',
      [{ events: ['s3:ObjectRemoved:*'] }],
      /not supported for notifications: s3:ObjectRemoved/,
    ],
    ['a queue in another region', [{ queueArn: `arn:aws:sqs:eu-west-1:${ACCOUNT}:uploads` }], /region is not valid/],
    ['a destination that is no queue', [{ queueArn: `arn:aws:sns:${REGION}:${ACCOUNT}:topic` }], /could not be parsed/],
  ])('configuration: %s', (_, queues, refusal) => {
    const { allow, configure } = setUp();
    allow('s3.amazonaws.com', BUCKET_ARN);
    if (refusal) expect(() => configure(queues)).toThrow(refusal);
    else expect(() => configure(queues)).not.toThrow();
  });
});

describe('events through EventBridge', () => {
  const rule = (queueArn: string, changes: Partial<EventRule> = {}): EventRule => ({
    account: ACCOUNT,
    region: REGION,
    name: 'uploads',
    eventPattern: { source: ['aws.s3'], detail: { bucket: { name: ['drop'] } } },
    enabled: true,
    targets: [{ id: 'queue', arn: queueArn }],
    ...changes,
  });

  test('an upload becomes an Object Created event whose key is not encoded', async () => {
    const { queue, allow, configure, notifications, eventBus, bodies } = setUp();
    allow('events.amazonaws.com', RULE_ARN);
    expect(eventBus.putRule(rule(queue.arn))).toEqual({ arn: RULE_ARN });
    configure([], true);
    notifications.publish(created({ eventName: 'ObjectCreated:CompleteMultipartUpload' }));
    expect(await bodies()).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'Object Created',
        source: 'aws.s3',
        account: ACCOUNT,
        time: '2026-01-02T03:04:05Z',
        region: REGION,
        resources: [BUCKET_ARN],
        detail: {
          version: '0',
          bucket: { name: 'drop' },
          object: {
            key: 'in/red flower+1.jpg',
            size: 9,
            etag: '437b930db84b8079c2dd804a71936b5f',
            'version-id': 'v1',
            sequencer: '0055AED6DCD90281E5',
          },
          'request-id': 'C3D13FE58DE4C810',
          requester: ACCOUNT,
          'source-ip-address': '127.0.0.1',
          reason: 'CompleteMultipartUpload',
        },
      },
    ]);
  });

  test.each<[string, Partial<EventRule>, boolean]>([
    ['disabled', { enabled: false }, true],
    ['of another account', { account: '222222222222' }, true],
    ['of another region', { region: 'eu-west-1' }, true],
    ['whose pattern does not match', { eventPattern: { source: ['aws.ec2'] } }, true],
    ['of a bucket without EventBridge', {}, false],
  ])('a rule %s delivers nothing, and that is no failure', async (_, changes, eventBridge) => {
    const { queue, allow, configure, notifications, eventBus, bodies } = setUp();
    allow('events.amazonaws.com', RULE_ARN);
    eventBus.putRule(rule(queue.arn, changes));
    configure([], eventBridge);
    notifications.publish(created());
    expect(await bodies()).toEqual([]);
    expect(eventBus.failures).toEqual([]);
  });

  test('a queue whose policy names another rule refuses, and the failure is kept', () => {
    const { queue, allow, configure, notifications, eventBus } = setUp();
    allow('events.amazonaws.com', `${RULE_ARN}-other`);
    eventBus.putRule(rule(queue.arn));
    configure([], true);
    notifications.publish(created());
    expect(eventBus.failures).toMatchObject([
      { sourceArn: RULE_ARN, queueArn: queue.arn, error: { name: 'AccessDenied' } },
    ]);
  });

  test.each([
    ['an input transformer', { id: 'queue', arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:uploads`, inputTransformer: {} }],
    ['a target that is no queue', { id: 'queue', arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f` }],
  ])('%s is refused', (_, target) => {
    const { queue, eventBus } = setUp();
    expect(() => eventBus.putRule(rule(queue.arn, { targets: [target] }))).toThrow(/Target queue of rule uploads/);
  });
});
