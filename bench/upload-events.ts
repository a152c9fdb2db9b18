/** The events of a queue for objects that were uploaded. */
import { randomUUID } from 'node:crypto';
import { chunks } from '../functions/core/chunks.ts';

/** What Lambda would hand to the relay after these uploads: batches of messages, each with S3's notification of one object. */
export function uploadEvents(bucket: string, keys: readonly string[], sizeBytes: number, batchSize: number): object[] {
  const records = keys.map((key) => ({
    messageId: randomUUID(),
    receiptHandle: 'none',
    body: JSON.stringify({ Records: [notificationOf(bucket, key, sizeBytes)] }),
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {},
    eventSource: 'aws:sqs',
  }));
  return chunks(records, batchSize).map((Records) => ({ Records }));
}

function notificationOf(bucket: string, key: string, size: number): object {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    eventTime: new Date().toISOString(),
    s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key), size, sequencer: '0055AED6DCD90281E5' } },
  };
}
