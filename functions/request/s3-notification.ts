/** Reads an event notification of S3. */
import * as z from 'zod/mini';
import { askedObject } from './asked-object.ts';
import { badEvent, parseShape } from './bad-event.ts';
import { decodeKey } from './encoded-key.ts';
import type { RelayRequest } from './relay-request.ts';

/** S3 sends it once when a notification is configured; there is nothing to relay. */
const testEventSchema = z.object({ Service: z.literal('Amazon S3'), Event: z.literal('s3:TestEvent') });

const notificationSchema = z.object({
  Records: z
    .array(
      z.object({
        eventSource: z.literal('aws:s3'),
        eventName: z.string().check(z.minLength(1)),
        eventTime: z.optional(z.string()),
        s3: z.object({
          bucket: z.object({ name: z.string().check(z.minLength(3)) }),
          object: z.object({
            key: z.string().check(z.minLength(1)),
            size: z.optional(z.number()),
            versionId: z.optional(z.string()),
            eTag: z.optional(z.string()),
            sequencer: z.optional(z.string()),
          }),
        }),
      }),
    )
    .check(z.minLength(1)),
});

const EXPECTED = 'an S3 event notification whose records have eventSource "aws:s3" and eventName "ObjectCreated:*"';

export function isS3TestEvent(value: unknown): boolean {
  return testEventSchema.safeParse(value).success;
}

export function isS3Notification(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'Records');
}

/** One notification for each record; the records are not checked. */
export function singleNotifications(value: unknown): unknown[] {
  const { Records } = value as { Records: unknown };
  return Array.isArray(Records) ? Records.map((record) => ({ ...(value as object), Records: [record] })) : [value];
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function parseS3Notification(value: unknown): RelayRequest[] {
  return parseShape(notificationSchema, value, EXPECTED).Records.map(({ eventName, eventTime, s3 }) => {
    if (!eventName.startsWith('ObjectCreated:')) throw badEvent(EXPECTED, eventName);
    const { key, size: sizeBytes, versionId, eTag, sequencer } = s3.object;
    const hint = { versionId, eTag, sequencer, time: eventTime, sizeBytes };
    return { source: askedObject(s3.bucket.name, decodeKey(key)), hint };
  });
}
