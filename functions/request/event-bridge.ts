/** Reads an `Object Created` event of EventBridge. */
import * as z from 'zod/mini';
import { askedObject } from './asked-object.ts';
import { parseShape } from './bad-event.ts';
import type { RelayRequest } from './relay-request.ts';

const objectCreatedSchema = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.literal('Object Created'),
  time: z.optional(z.string()),
  detail: z.object({
    bucket: z.object({ name: z.string().check(z.minLength(3)) }),
    object: z.object({
      key: z.string().check(z.minLength(1)),
      size: z.optional(z.number()),
      'version-id': z.optional(z.string()),
      etag: z.optional(z.string()),
      sequencer: z.optional(z.string()),
    }),
  }),
});

export function isEventBridgeEvent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'detail-type');
}

/**
 * Keys are not encoded: a `+` is a plus sign.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function parseEventBridgeEvent(value: unknown): RelayRequest[] {
  const expected = 'an EventBridge event of source "aws.s3" and detail-type "Object Created"';
  const { time, detail } = parseShape(objectCreatedSchema, value, expected);
  const { bucket, object } = detail;
  const { 'version-id': versionId, etag: eTag, sequencer, size: sizeBytes } = object;
  const hint = { versionId, eTag, sequencer, time, sizeBytes };
  return [{ source: askedObject(bucket.name, object.key), hint }];
}
