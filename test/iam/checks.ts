/**
 * What must hold of the whole, each named after what a user would notice. A new statement needs a check here that fails
 * without it: name it in `guards`, as `<policy>: <statement>`. Where a statement has no Sid, it goes by effect and actions.
 */
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { send } from '../../emulator/index.ts';
import { assumeWriter, lambdaKeys } from '../support/sessions.ts';
import {
  ACCOUNT_A,
  DESTINATION_BUCKET,
  PREFIX,
  REGION,
  RELAY_ROLE_ARN,
  SOURCE_BUCKET,
} from '../support/two-accounts.ts';
import { BATCH_CHECKS } from './batch-checks.ts';
import { type Check, isDelivered, isRefused } from './check.ts';
import { DOOR_CHECKS } from './door-checks.ts';
import { KEY_CHECKS } from './key-checks.ts';
import { LARGE_CHECKS } from './large-checks.ts';
import { OPERATOR_CHECKS } from './operator-checks.ts';
import type { Place } from './places.ts';
import type { ProofWorld } from './proof-world.ts';
import { PULL_CHECKS } from './pull-checks.ts';
import { REPLAY_CHECKS } from './replay-checks.ts';
import { SESSION_CHECKS } from './session-checks.ts';

const MIB = 1024 ** 2;
/** One PutObject up to 64 MiB: more are parts. */
const PARTS_BYTES = 65 * MIB;
/** Nobody could move it in the time that an invocation has here, so no byte of it is moved. */
const TOO_LONG_BYTES = 1024 * MIB;

export const CHECKS: readonly Check[] = [
  {
    name: 'a file is delivered',
    guards: /^upload-relay: (ReadObjects|DecryptObjects)$|^upload-relay-writer: (PutObjects|EncryptObjects)$/,
    holds: async (world) => {
      await put(world, 'one.txt');
      return isDelivered(await world.invoke({ key: 'one.txt' }));
    },
  },
  {
    name: 'a file of several parts is delivered',
    guards: /^upload-relay-writer: EncryptObjects$/,
    holds: async (world) => {
      await world.cloud.s3.putSparseObject({ bucket: SOURCE_BUCKET, key: 'parts.bin', sizeBytes: PARTS_BYTES });
      return isDelivered(await world.invoke({ key: 'parts.bin' }));
    },
  },
  {
    name: 'a freshly started relay delivers',
    guards: /^upload-relay: AssumeWriterRoles$|^trust of upload-relay(-writer)?: /,
    holds: async (world) => {
      await put(world, 'fresh.txt');
      return isDelivered(await world.invokeFresh({ key: 'fresh.txt' }));
    },
  },
  {
    name: 'tags travel along',
    guards: /^upload-relay: ReadTags$|^upload-relay-writer: PutObjects$/,
    applies: ({ configuration }) => configuration.includes('tags'),
    holds: async (world) => {
      await put(world, 'tagged.txt', 'class=secret');
      if (!isDelivered(await world.invoke({ key: 'tagged.txt' }))) return false;
      const there = { Bucket: DESTINATION_BUCKET, Key: `${PREFIX}tagged.txt` };
      const { TagSet } = await world.b.s3.send(new GetObjectTaggingCommand(there));
      return TagSet?.length === 1;
    },
  },
  {
    name: 'a file deleted before its turn is told apart from a forbidden one',
    guards: /^upload-relay: TellMissingObjects$/,
    holds: async (world) => {
      const { payload } = await world.invoke({ key: 'never-uploaded.txt' });
      return (payload as { errorType?: string }).errorType === 'SourceMissing';
    },
  },
  {
    name: 'the queue may feed the function',
    guards: /^upload-relay: TakeMessages$/,
    // Lambda tries the role out when a mapping is made; this one never polls.
    holds: async ({ cloud, places }) => {
      const name = { account: ACCOUNT_A, region: REGION, name: 'upload-relay', qualifier: undefined };
      cloud.lambda.createEventSourceMapping({
        target: cloud.lambda.functions.target(name),
        queueArn: queueNamed(places, 'upload-relay'),
        enabled: false,
        batchSize: 10,
        batchingWindowSeconds: 0,
        reportBatchItemFailures: true,
        maximumConcurrency: undefined,
      });
      return true;
    },
  },
  {
    name: 'a message that was long under way is held',
    guards: /^upload-relay: HoldMessages$/,
    holds: async (world) => {
      await put(world, 'held.txt');
      const attributes = { ApproximateReceiveCount: '1', ApproximateFirstReceiveTimestamp: '0' };
      const message = { messageId: 'm', receiptHandle: 'nobody-received-it', body: '{"key":"held.txt"}', attributes };
      const { payload } = await world.invoke({ Records: [{ eventSource: 'aws:sqs', ...message }] });
      return (payload as { batchItemFailures?: unknown[] }).batchItemFailures?.length === 0;
    },
  },
  {
    name: 'a message that there is no time to begin is sent anew',
    guards: /^upload-relay: SendAnew$/,
    holds: async (world) => {
      const queueUrl = world.cloud.outputs('upload-relay-source')['QueueUrl']!;
      await world.take(queueUrl);
      await put(world, 'in-time');
      await world.cloud.s3.putSparseObject({ bucket: SOURCE_BUCKET, key: 'too-long', sizeBytes: TOO_LONG_BYTES });
      const [body, ...others] = (await world.take(queueUrl)).map(({ Body }) => Body!);
      if (others.length !== 1) return false;
      const recordOf = (each: string, messageId: string) => ({ eventSource: 'aws:sqs', messageId, body: each });
      await world.invoke({ Records: [recordOf(body!, 'one'), recordOf(others[0]!, 'other')] });
      const sent = await world.take(queueUrl);
      return sent.length === 1 && sent[0]!.MessageAttributes?.['FirstMessageId'] !== undefined;
    },
  },
  {
    name: 'a message that cannot be relayed reaches the dead-letter queue',
    guards: /^upload-relay: SetMessagesAside$/,
    holds: async (world) => {
      await world.deadLetters();
      await world.invoke({ Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: 'not JSON' }] });
      return (await world.deadLetters()).some(({ Body }) => Body === 'not JSON');
    },
  },
  {
    name: 'what was delivered has its receipt',
    guards: /^upload-relay: WriteReceipts$/,
    holds: async (world) => {
      const key = `receipt-${Date.now()}.txt`;
      await put(world, key);
      await world.invoke({ key });
      return (await world.ledgerItem(key))?.['status'] === 'delivered';
    },
  },
  {
    name: 'what was delivered is told on the event bus',
    guards: /^upload-relay: PutEvents$/,
    holds: async (world) => {
      const queueUrl = world.cloud.outputs('listener')['QueueUrl']!;
      await world.take(queueUrl);
      await put(world, 'told.txt');
      await world.invoke({ key: 'told.txt' });
      return (await world.take(queueUrl)).length === 1;
    },
  },
  {
    name: 'the relay tells nothing in another’s name',
    guards: /^upload-relay: PutEvents$/,
    holds: async (world) => {
      const { eventBridge } = world.as(lambdaKeys(world, RELAY_ROLE_ARN));
      const Entries = [{ Source: 'another', DetailType: 'Object Relayed', Detail: '{}' }];
      return isRefused(eventBridge.send(new PutEventsCommand({ Entries })));
    },
  },
  {
    name: 'another role of account A cannot become the writer',
    guards: /^trust of upload-relay-(customer-)?writer: /,
    holds: (world, { holder: RoleArn }) =>
      isRefused(assumeWriter(world.as(lambdaKeys(world, `arn:aws:iam::${ACCOUNT_A}:role/another-role`)), { RoleArn })),
  },
  {
    name: 'the relay cannot become the writer without the external id',
    guards: /^trust of upload-relay-(customer-)?writer: /,
    holds: (world, { holder: RoleArn }) => {
      const relay = world.as(lambdaKeys(world, RELAY_ROLE_ARN));
      return isRefused(assumeWriter(relay, { RoleArn, ExternalId: 'guessed' }));
    },
  },
  {
    name: 'an upload is announced in the queue',
    guards: /^queue upload-relay: (SendUploads|Deny sqs:\*)$/,
    holds: async (world) => {
      const before = world.cloud.deliveryFailures.length;
      await put(world, 'announced.txt');
      return world.cloud.deliveryFailures.length === before;
    },
  },
  {
    name: 'no other bucket or rule of account A may send into the queue',
    guards: /^queue upload-relay: SendUploads$/,
    holds: (world) =>
      isRefused(
        announce(world, {
          's3.amazonaws.com': 'arn:aws:s3:::another-bucket',
          'events.amazonaws.com': `arn:aws:events:${REGION}:${ACCOUNT_A}:rule/another`,
        }),
      ),
  },
  {
    name: 'a bucket of the same name in another account may not send into the queue',
    guards: /^queue upload-relay: SendUploads$/,
    applies: (world) => senderOf(world) === 's3.amazonaws.com',
    holds: (world) =>
      isRefused(announce(world, { 's3.amazonaws.com': `arn:aws:s3:::${SOURCE_BUCKET}` }, '999999999999')),
  },
  {
    name: 'a bucket refuses plain HTTP',
    guards: /^bucket .*: Deny s3:\*$/,
    holds: (world, { holder: Bucket }) => isRefused(plainS3(world, Bucket).send(new ListObjectsV2Command({ Bucket }))),
  },
  {
    name: 'a bucket’s objects are refused over plain HTTP',
    guards: /^bucket .*: Deny s3:\*$/,
    holds: async (world, { holder: Bucket }) => {
      const Key = Bucket === DESTINATION_BUCKET ? `${PREFIX}there` : 'there';
      return isRefused(plainS3(world, Bucket).send(new HeadObjectCommand({ Bucket, Key })));
    },
  },
  {
    name: 'a bucket’s owner gets in over TLS',
    guards: /^bucket .*: Deny s3:\*$/,
    holds: async (world, { holder: Bucket }) => {
      const owner = Bucket === DESTINATION_BUCKET ? world.b : world.a;
      await owner.s3.send(new ListObjectsV2Command({ Bucket }));
      return true;
    },
  },
  {
    name: 'a queue refuses plain HTTP',
    guards: /^queue .*: Deny sqs:\*$/,
    holds: (world, { holder }) => {
      const { sqs } = world.cloud;
      const endpoint = plain(world.cloud.url);
      const client = new SQSClient({ endpoint, region: REGION, credentials: world.cloud.operator(ACCOUNT_A) });
      const QueueUrl = plain(sqs.urlOf(sqs.queueByArn(holder)!));
      return isRefused(client.send(new GetQueueAttributesCommand({ QueueUrl })));
    },
  },
  {
    name: 'a queue’s owner gets in over TLS',
    guards: /^queue .*: Deny sqs:\*$/,
    holds: async (world, { holder }) => {
      const { sqs } = world.cloud;
      await world.a.sqs.send(new GetQueueAttributesCommand({ QueueUrl: sqs.urlOf(sqs.queueByArn(holder)!) }));
      return true;
    },
  },
  {
    name: 'the schedules run the check and the canary',
    guards: /^function upload-relay-(check|canary): /,
    holds: async ({ cloud }, { name }) => {
      const rule = name.endsWith('-check') ? '/upload-relay-canary' : '/upload-relay-canary-drop';
      cloud.scheduledRules.fire(cloud.scheduledRules.arns().find((arn) => arn.endsWith(rule))!);
      return true;
    },
  },
  {
    name: 'no other rule may run the check or the canary',
    guards: /^function upload-relay-(check|canary): /,
    holds: async ({ cloud }, { holder }) => {
      const rule = { account: ACCOUNT_A, region: REGION, name: 'another', expression: 'rate(1 day)', enabled: true };
      const { arn } = cloud.scheduledRules.put({ ...rule, targets: [{ id: 'holder', functionArn: holder }] });
      return isRefused(Promise.resolve().then(() => cloud.scheduledRules.fire(arn)));
    },
  },
  {
    name: 'an alarm reaches the topic',
    guards: /^topic .*: /,
    holds: async (world, place) => {
      await alarm(world, place, ACCOUNT_A);
      return true;
    },
  },
  {
    name: 'another account’s alarms do not reach the topic',
    guards: /^topic .*: PublishAlarms$/,
    holds: (world, place) => isRefused(alarm(world, place, '999999999999')),
  },
  {
    name: 'a topic refuses plain HTTP',
    guards: /^topic .*: AllowPublishThroughSSLOnly$/,
    holds: ({ cloud }, { holder }) => {
      const { principal } = cloud.directory.findAccessKey(cloud.operator(ACCOUNT_A).accessKeyId)!;
      const caller = { principal, context: { 'aws:SecureTransport': 'false' } };
      return isRefused(Promise.resolve().then(() => cloud.topics.publish(caller, holder, 'attempt', {})));
    },
  },
  ...KEY_CHECKS,
  ...SESSION_CHECKS,
  ...LARGE_CHECKS,
  ...BATCH_CHECKS,
  ...PULL_CHECKS,
  ...REPLAY_CHECKS,
  ...OPERATOR_CHECKS,
  ...DOOR_CHECKS,
];

/** As CloudWatch publishes it, on behalf of an account. */
async function alarm({ cloud }: ProofWorld, { holder }: Place, account: string): Promise<void> {
  const principal = { kind: 'service' as const, service: 'cloudwatch.amazonaws.com' };
  const caller = { principal, context: { 'aws:SecureTransport': 'true' } };
  cloud.topics.publish(caller, holder, 'an alarm', { 'aws:SourceAccount': account });
}

async function put(world: ProofWorld, key: string, Tagging?: string): Promise<void> {
  await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: 'x', Tagging }));
}

/** Which service of AWS puts uploads into the queue. */
function senderOf({ places }: ProofWorld): 's3.amazonaws.com' | 'events.amazonaws.com' {
  const { document } = places.find(({ name }) => name === 'queue upload-relay')!;
  return JSON.stringify(document).includes('events.amazonaws.com') ? 'events.amazonaws.com' : 's3.amazonaws.com';
}

async function announce(world: ProofWorld, sources: Record<string, string>, account = ACCOUNT_A): Promise<void> {
  const service = senderOf(world);
  send(world.cloud.sqs, {
    service,
    sourceArn: sources[service]!,
    sourceAccount: account,
    queueArn: queueNamed(world.places, 'upload-relay'),
    body: '{}',
  });
}

function queueNamed(places: Place[], name: string): string {
  return places.find((place) => place.name === `queue ${name}`)!.holder;
}

function plainS3(world: ProofWorld, bucket: string): S3Client {
  const { account } = world.cloud.s3.bucket(bucket).settings;
  return new S3Client({ endpoint: plain(world.cloud.url), region: REGION, credentials: world.cloud.operator(account) });
}

function plain(url: string): string {
  return url.replace('https:', 'http:');
}
