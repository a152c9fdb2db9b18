import type { SQSEvent } from 'aws-lambda';
import type { Sources } from '../route.ts';
import { badEvent } from './bad-event.ts';
import { isEventBridgeEvent, parseEventBridgeEvent } from './event-bridge.ts';
import { isManualEvent, parseManualEvent } from './manual.ts';
import { messageBody } from './message-body.ts';
import type { RelayRequest } from './relay-request.ts';
import { isS3Notification, isS3TestEvent, parseS3Notification } from './s3-notification.ts';

/**
 * What the body of one queue message asks for; S3's test event asks for nothing. The relay itself sends `{ "key": … }`.
 * @throws RelayError `BadEvent` for a body that no sender of ours makes
 */
export function parseMessageBody(body: string, sources: Sources): RelayRequest[] {
  const value = parseJson(body);
  if (isS3TestEvent(value)) return [];
  if (isS3Notification(value)) return parseS3Notification(value);
  if (isEventBridgeEvent(value)) return parseEventBridgeEvent(value);
  if (isManualEvent(value)) return parseManualEvent(value, sources);
  throw badEvent('an S3 event notification or an EventBridge "Object Created" event in the message', value);
}

/** The body of a message that asks for one of another one's requests alone, in the same words. */
export function singleBody(body: string, request: number): string {
  const message = parseJson(body) as { Records?: unknown[]; keys?: string[]; route?: string };
  if (message.Records && message.Records.length > 1)
    return JSON.stringify({ ...message, Records: [message.Records[request]] });
  const { keys, ...rest } = message;
  return keys ? messageBody({ ...rest, key: keys[request]! }) : body;
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
