/** Reads a batch from the queue and the bodies of its messages, whatever event they hold. */
import type { SQSEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import type { Reading, Sources } from '../core/route.ts';
import { badEvent } from './bad-event.ts';
import { isEventBridgeEvent, parseEventBridgeEvent } from './event-bridge.ts';
import { isManualEvent, parseManualEvent, singleKeys } from './manual.ts';
import { jsonForSqs } from './message-body.ts';
import type { RelayRequest } from './relay-request.ts';
import { isS3Notification, isS3TestEvent, parseS3Notification, singleNotifications } from './s3-notification.ts';

/** A message from an SNS topic without raw message delivery: https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html */
const envelopeSchema = z.object({ Type: z.literal('Notification'), TopicArn: z.string(), Message: z.string() });

/**
 * What the body of one message asks for. S3's test event asks for nothing. The relay itself sends `{ "key": … }`.
 * @throws RelayError `BadEvent` for any other body, and as `parseManualEvent` does
 */
export function parseMessageBody(body: string, sources: Sources<Reading>): RelayRequest[] {
  const value = unwrapped(parseJson(body));
  if (isS3TestEvent(value)) return [];
  if (isS3Notification(value)) return parseS3Notification(value);
  if (isEventBridgeEvent(value)) return parseEventBridgeEvent(value);
  if (isManualEvent(value)) return parseManualEvent(value, sources);
  throw badEvent('an S3 event notification or an EventBridge "Object Created" event in the message', value);
}

/**
 * Splits a message's body into bodies that ask for one object each, in the same order, so that one that cannot be read does not stop the
 * others. A body that asks for one object stays unchanged.
 */
export function singleBodies(body: string): string[] {
  let value: unknown;
  try {
    value = unwrapped(parseJson(body));
  } catch {
    return [body];
  }
  const singles = isS3Notification(value) ? singleNotifications(value) : singleKeys(value).map(({ event }) => event);
  return singles.length > 1 ? singles.map(jsonForSqs) : [body];
}

function unwrapped(value: unknown): unknown {
  const envelope = envelopeSchema.safeParse(value).data;
  return envelope ? parseJson(envelope.Message) : value;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw badEvent('JSON in the message body', body, cause);
  }
}

/** A batch from the queue, as Lambda's event source mapping sends it. */
export function isSqsEvent(event: unknown): event is SQSEvent {
  if (typeof event !== 'object' || event === null) return false;
  if (!('Records' in event) || !Array.isArray(event.Records) || event.Records.length === 0) return false;
  return event.Records.every((record) => record?.eventSource === 'aws:sqs' && typeof record.body === 'string');
}
