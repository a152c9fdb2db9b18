import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { sizeBytes } from './content.ts';
import type { Message, Queue } from './queue.ts';
import type { SourceVersion } from './source-bucket.ts';

/** A key that nobody ever uploads: a record that can't be relayed, beside one that can. */
export const NEVER_THERE = 'never';

/** The body of the message that S3 sends for an upload; without a hint, as little as the relay takes. */
export function notificationOf(
  bucket: string,
  version: SourceVersion,
  { isHinted, isBundled }: { isHinted: boolean; isBundled: boolean },
): string {
  const { key, versionId, eTag, sequencer } = version;
  const hint = isHinted ? { versionId, eTag: eTag.slice(1, -1), sequencer, size: sizeBytes(version) } : {};
  const keys = isBundled ? [{ key, ...hint }, { key: NEVER_THERE }] : [{ key, ...hint }];
  const records = keys.map((object) => ({
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: bucket }, object },
  }));
  return JSON.stringify({ Records: records });
}

/** The key that a message is about, be it from S3 or from the relay. */
export function keyOf(body: string): string {
  const { key, Records } = JSON.parse(body) as { key?: string; Records?: { s3: { object: { key: string } } }[] };
  return key ?? Records![0]!.s3.object.key;
}

/** The batch as Lambda's event source mapping sends it. */
export function sqsEventOf(queue: Queue, messages: Message[], received: Received): SQSEvent {
  return { Records: messages.map((message) => recordOf(queue, message, received)) };
}

/** When messages were received first; milliseconds. */
export interface Received {
  /** Those that are received for the first time. */
  atMs: number;
  /** Those that came back. */
  cameBackAtMs: number;
}

function recordOf(queue: Queue, message: Message, { atMs, cameBackAtMs }: Received): SQSRecord {
  return {
    messageId: message.id,
    receiptHandle: queue.receiptHandle(message),
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receives),
      SentTimestamp: String(message.sentAtMs),
      SenderId: 's3',
      ApproximateFirstReceiveTimestamp: String(message.receives === 1 ? atMs : cameBackAtMs),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]),
    ),
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:111111111111:uploads',
    awsRegion: 'us-east-1',
  };
}
