/** A message that wasn't tried is sent anew, and is still the same one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { afterEach, expect, test } from 'vitest';
import { relayMessages } from '../../../functions/doors/queue.ts';
import type { Invocation } from '../../../functions/invocation/invocation.ts';
import { attributesOf, historyOf } from '../../../functions/messages/message-history.ts';
import { inProcessRelay } from '../../support/in-process-relay.ts';
import { receivedRecords, sqsRecord } from '../../support/received.ts';
import {
  ACCOUNT_A,
  closeSound,
  disableMappings,
  eventually,
  REGION,
  RELAY_LOG_GROUP,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

let world: TwoAccounts;

afterEach(() => closeSound(world));

/** At the cautious pace a second and a half each, of the three and a half that there are: two go into an invocation. */
const HEAVY_BYTES = 30_000_000;
const REMAINING_MS = 6_000;

interface LogLine {
  message: string;
  messageId: string;
  tries: number;
  left: string[];
  failure: { code: string; message: string };
}

const told = (message: string): LogLine[] =>
  world.cloud.logs
    .lines(RELAY_LOG_GROUP)
    .filter((line) => line.includes(`"message":"${message}"`))
    .map((line) => JSON.parse(line));

test('ten objects that can’t all be finished in one invocation’s time all arrive, with not a single try to lose', async () => {
  world = await startTwoAccounts({
    change: disableMappings,
  });
  // S3's test event.
  await receivedRecords(world);
  const { invocation } = inProcessRelay(world, REMAINING_MS);
  const hasOneTry: Invocation = { ...invocation, config: { ...invocation.config, maxReceives: 1 } };
  const keys = Array.from({ length: 10 }, (_, index) => `heavy-${index}`);
  for (const key of keys) await world.cloud.s3.putSparseObject({ bucket: SOURCE_BUCKET, key, sizeBytes: HEAVY_BYTES });
  const firstIds = new Set<string>();
  const perInvocation: number[] = [];
  for (let batch = await receivedRecords(world); batch.length > 0; batch = await receivedRecords(world)) {
    for (const record of batch) firstIds.add(historyOf(record).firstId);
    // The invocation acknowledges them all.
    expect(await relayMessages(hasOneTry, { Records: batch })).toEqual({ batchItemFailures: [] });
    perInvocation.push(batch.length);
  }
  expect(await world.deadLetters()).toEqual([]);
  for (const key of keys) expect(await world.ledgerItem(key)).toMatchObject({ status: 'delivered', attempts: '1' });
  expect(perInvocation).toEqual([10, 8, 6, 4, 2]);
  expect(firstIds.size).toBe(10);
});

test('what the queue itself has given up on starts afresh when it is redriven', async () => {
  world = await startTwoAccounts();
  const { DeadLetterQueueUrl, QueueUrl } = world.cloud.outputs('upload-relay-source');
  const left = new Set(['0/main']);
  const history = { firstId: 'long-ago', firstSentAt: Date.now() - 3_600_000, tries: 4, isUncertain: false, left };
  const message = (key: string, now: Date) => ({
    MessageBody: JSON.stringify({ key, route: 'main' }),
    MessageAttributes: attributesOf(history, now),
  });
  await world.a.sqs.send(new SendMessageCommand({ QueueUrl, ...message('no-such-object', new Date()) }));
  const letter = await eventually(async () => (await world.deadLetters())[0]);
  expect(told('not relayed, sent to the dead-letter queue')[0]).toMatchObject({ messageId: 'long-ago', tries: 5 });
  expect(letter.MessageAttributes).toMatchObject({ OriginalMessageId: { StringValue: 'long-ago' } });

  // SQS keeps the attributes when it moves a message there, and back.
  const moved = message('no-such-object-either', new Date(Date.now() - 600_000));
  await world.a.sqs.send(new SendMessageCommand({ QueueUrl: DeadLetterQueueUrl, ...moved }));
  await world.invoke({ from: 'dead-letter-queue' }, 'upload-relay-replay:live');
  await eventually(async () => told('not relayed, sent to the dead-letter queue').length === 2);
  const [, redriven] = told('not relayed, sent to the dead-letter queue');
  expect(redriven).toMatchObject({ tries: 1, messageId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
});

test('what waits for a route that has another name by now goes along the routes that there are', async () => {
  world = await startTwoAccounts({
    change: disableMappings,
  });
  await world.cloud.s3.putSparseObject({ bucket: SOURCE_BUCKET, key: 'waiting', sizeBytes: 1 });
  // S3's test event and the upload's own.
  await receivedRecords(world);
  const { QueueUrl } = world.cloud.outputs('upload-relay-source');
  const left = new Set(['0/name-of-then']);
  const firstSentAt = Date.now() - 3_600_000;
  const history = { firstId: 'before-the-deployment', firstSentAt, tries: 0, isUncertain: false, left };
  await world.a.sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: JSON.stringify({ key: 'waiting' }),
      MessageAttributes: attributesOf(history, new Date()),
    }),
  );
  const { invocation } = inProcessRelay(world);
  expect(await relayMessages(invocation, { Records: await receivedRecords(world) })).toEqual({ batchItemFailures: [] });
  expect(await world.ledgerItem('waiting')).toMatchObject({ status: 'delivered' });
});

test('a message that has come back while its receiver waited to begin is begun by the later one alone, which holds it', async () => {
  world = await startTwoAccounts({ change: disableMappings });
  await receivedRecords(world);
  await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'held', Body: 'hello' }));
  const QueueUrl = world.cloud.outputs('upload-relay-source')['QueueUrl']!;
  const receive = async (VisibilityTimeout: number): Promise<SQSRecord> => {
    const names = { MessageSystemAttributeNames: ['All' as const], MessageAttributeNames: ['All'] };
    const { Messages } = await world.a.sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout, ...names }));
    const { ReceiptHandle, Attributes } = Messages![0]!;
    return {
      ...sqsRecord(Messages![0]!),
      receiptHandle: ReceiptHandle,
      attributes: Attributes,
    } as unknown as SQSRecord;
  };
  const { invocation } = inProcessRelay(world, REMAINING_MS);
  const early = await receive(0);
  const late = await receive(1);
  const longUnderWay = { ...early, attributes: { ...early.attributes, ApproximateFirstReceiveTimestamp: '0' } };
  const { messageId } = early;
  expect(await relayMessages(invocation, { Records: [longUnderWay] })).toEqual({
    batchItemFailures: [{ itemIdentifier: messageId }],
  });
  expect(await world.ledgerItem('held')).toBeUndefined();
  expect(await relayMessages(invocation, { Records: [late] })).toEqual({ batchItemFailures: [] });
  expect(await world.ledgerItem('held')).toMatchObject({ status: 'delivered' });
  // Longer than the second that it was received for.
  await sleep(1_500);
  const queue = world.cloud.sqs.queueByArn(`arn:aws:sqs:${REGION}:${ACCOUNT_A}:upload-relay`)!;
  expect(queue.counts()).toMatchObject({ visible: 0 });
});
