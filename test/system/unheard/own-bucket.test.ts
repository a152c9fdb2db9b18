/** A relay with a bucket of its own, broken in each way that loses uploads in silence: somebody hears of it within two hours. */

import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { DeleteFunctionConcurrencyCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import {
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { templateStack } from '../../../emulator/index.ts';
import { MovedTime } from '../../support/moved-time.ts';
import {
  ACCOUNT_A,
  closeSound,
  LEDGER_TABLE,
  REGION,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';
import {
  type Breakage,
  calmDown,
  check,
  deleteRole,
  expectAllWell,
  expectHeard,
  HEARD_WITHIN_MINUTES,
  queuePolicyOf,
  queueUrl,
  setQueuePolicy,
  turnMapping,
} from '../../support/unheard.ts';

const STRANGERS_QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT_A}:somebody-elses`;
const time = new MovedTime();
let world: TwoAccounts;
/** As it was deployed. */
let notifications: NotificationConfiguration;
let queuePolicy: string;
let makeWriterAgain: () => Promise<void>;

beforeAll(async () => {
  world = await startTwoAccounts({ clock: time.clock, movesFunctionClocks: true, last: [strangersQueue()] });
  const { $metadata, ...deployed } = await world.a.s3.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: SOURCE_BUCKET }),
  );
  notifications = deployed;
  queuePolicy = await queuePolicyOf(world);
  await time.fireAll(world.cloud);
  await calmDown({ world, time });
});

afterAll(() => closeSound(world));

const notify = (NotificationConfiguration: NotificationConfiguration) =>
  world.a.s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: SOURCE_BUCKET, NotificationConfiguration }));

const FunctionName = 'upload-relay';
const DAY_MINUTES = 1440;
/** A day has many minutes, and canaries. */
const DAY_TIMEOUT_MS = 180_000;

const BREAKAGES: Breakage[] = [
  {
    name: 'the notification is removed',
    breaks: () => notify({}),
    mends: () => notify(notifications),
    alarm: 'canary',
    check: 'the bucket tells of uploads',
    side: 'source',
    change: 'were removed or replaced',
  },
  {
    name: 'the notification is replaced by somebody else’s',
    breaks: () => notify({ QueueConfigurations: [{ QueueArn: STRANGERS_QUEUE, Events: ['s3:ObjectCreated:*'] }] }),
    mends: () => notify(notifications),
    alarm: 'canary',
    check: 'the bucket tells of uploads',
    side: 'source',
    change: 'were removed or replaced',
  },
  {
    name: 'the queue’s policy is emptied',
    breaks: () => setQueuePolicy(world, ''),
    mends: () => setQueuePolicy(world, queuePolicy),
    alarm: 'canary',
    check: 'the queue takes them',
    side: 'source',
    change: 'send no more: add this statement to it',
  },
  {
    name: 'the mapping is disabled',
    breaks: () => turnMapping(world, false),
    mends: () => turnMapping(world, true),
    alarm: 'canary',
    check: 'the queue feeds the relay',
    side: 'source',
    change: 'aws lambda update-event-source-mapping',
  },
  {
    name: 'the relay’s concurrency is set to 0',
    breaks: () =>
      world.a.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 })),
    mends: () => world.a.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName })),
    alarm: 'canary',
    check: 'the relay may run',
    side: 'source',
    change: 'aws lambda delete-function-concurrency --function-name upload-relay',
  },
  {
    name: 'the writer role is deleted',
    breaks: async () => {
      makeWriterAgain = await deleteRole(world.b.iam, 'upload-relay-writer');
    },
    mends: () => makeWriterAgain(),
    alarm: 'canary',
    check: 'the writer role lets the relay in',
    side: 'destination',
    change: 'does not exist or does not trust this relay',
  },
];

test('with nothing broken, no alarm goes off, and the check says that all is well', async () => {
  const wentOff = await time.pass(world.cloud, HEARD_WITHIN_MINUTES);
  expect([...wentOff]).toEqual([]);
  await expectAllWell({ world, time });
});

test.each(BREAKAGES)('$name', (breakage) => expectHeard({ world, time }, breakage));

// Only a comparison of bucket and ledger can see it, so it takes until the next one.
test(
  'a queue that is purged with objects in it is heard of within a day, and the objects come across all the same',
  async () => {
    const keys = ['one', 'two', 'three'];
    await turnMapping(world, false);
    for (const Key of keys) await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: Key }));
    await world.a.sqs.send(new PurgeQueueCommand({ QueueUrl: await queueUrl(world.a) }));
    await turnMapping(world, true);
    const wentOff = await time.pass(world.cloud, DAY_MINUTES);
    // What comes across a day late misses the objective, too, and the daily check tells of it.
    const others = [...wentOff.keys()].filter((name) => !/-(objective(-\w+)?|health|check-failed)$/.test(name));
    expect(others).toEqual(['upload-relay-objects-missing']);
    const { lines } = await check({ world, time });
    expect(lines.find((line) => line.check === 'source and ledger agree')).toMatchObject({
      status: 'failed',
      found: expect.stringMatching(/^3 objects had no receipt at /),
      remedy: { side: 'source', change: expect.stringContaining('purged the queue') },
    });
    for (const key of keys) expect(await world.ledgerItem(key)).toMatchObject({ status: 'delivered' });
  },
  DAY_TIMEOUT_MS,
);

test('the ledger is deleted', () =>
  expectHeard(
    { world, time },
    {
      name: 'the ledger is deleted',
      breaks: () => world.a.dynamodb.send(new DeleteTableCommand({ TableName: LEDGER_TABLE })),
      alarm: 'canary',
      check: 'a canary comes across',
      side: 'source',
      change: `Table ${LEDGER_TABLE} is gone: restore it`,
    },
  ));

/** A queue that takes whatever S3 sends. */
function strangersQueue() {
  const QueueName = 'somebody-elses';
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: STRANGERS_QUEUE,
  };
  const PolicyDocument = { Version: '2012-10-17', Statement: [Statement] };
  const Resources = {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName } },
    Policy: { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [{ Ref: 'Queue' }], PolicyDocument } },
  };
  return templateStack({ account: ACCOUNT_A, region: REGION, name: QueueName, template: { Resources } });
}
