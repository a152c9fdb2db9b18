/** The traffic for the picture: uploads in waves, a destination that throttles, and objects that can't be relayed. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Faults, LocalCloud } from '../../emulator/index.ts';

export interface Traffic {
  cloud: LocalCloud;
  faults: Faults;
  s3: S3Client;
  sqs: SQSClient;
  bucket: string;
  queueUrl: string;
  destinationBucket: string;
  /** What fires the canary. */
  scheduleArn: string;
}

export const TRAFFIC_SECONDS = 90;
const KIB = 1024;
/** When the destination answers SlowDown to three writes of four, in seconds. */
const THROTTLED = { from: 30, to: 40 };
const MISSING_AT = 55;
const CANARY_AT = [10, 50, 80];

/** Ends when the time is over and all uploads are done. */
export async function makeTraffic(traffic: Traffic): Promise<void> {
  const { cloud } = traffic;
  const sending: Promise<unknown>[] = [];
  for (let second = 0; second < TRAFFIC_SECONDS; second++) {
    const next = sleep(1000);
    sending.push(...uploads(traffic, second));
    happenings(traffic, second, sending);
    cloud.recordQueues();
    await next;
  }
  await Promise.all(sending);
}

/** One to nine small objects a second, and every twenty seconds a large one. */
function uploads({ s3, bucket }: Traffic, second: number): Promise<unknown>[] {
  const count = Math.round(5 + 4 * Math.sin(second / 9));
  const sizes = Array.from({ length: count }, (_, index) => (10 + ((second * 37 + index * 101) % 200)) * KIB);
  if (second % 20 === 10) sizes.push(12 * KIB ** 2);
  return sizes.map((size, index) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: `drop/${second}-${index}`, Body: randomBytes(size) })),
  );
}

function happenings(traffic: Traffic, second: number, sending: Promise<unknown>[]): void {
  const { cloud, faults, destinationBucket, scheduleArn } = traffic;
  if (second === THROTTLED.from) {
    const slowDown = faults.add({
      name: 'slow down',
      match: { service: 's3', operation: 'PutObject', bucket: destinationBucket },
      fault: { kind: 'error', status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' },
      when: { probability: 0.75 },
    });
    sending.push(sleep((THROTTLED.to - THROTTLED.from) * 1000).then(() => slowDown.remove()));
  }
  if (second === MISSING_AT) sending.push(...missing(traffic));
  if (CANARY_AT.includes(second)) cloud.scheduledRules.fire(scheduleArn);
}

/** Messages of three objects that no longer exist. */
function missing({ sqs, queueUrl, bucket }: Traffic): Promise<unknown>[] {
  return ['a', 'b', 'c'].map((name) => {
    const object = { key: `deleted/${name}`, size: 200 * KIB };
    const record = { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object } };
    return sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ Records: [record] }) }));
  });
}
