import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';

/** What a message has behind it, under whatever ids it was sent. */
export interface MessageHistory {
  /** The id of the first message: an execution of relay-large is named after it, and a dead letter quotes it. */
  firstId: string;
  /** When that was sent; milliseconds. */
  firstSentAt: number;
  /** How often it was tried, this time included. */
  tries: number;
  /** Only these deliveries are left to do, as `deliveryName` has them; all of them, where there is none. */
  left?: ReadonlySet<string> | undefined;
}

const integer = z.string().check(z.regex(/^\d{1,15}$/));

/** Strings and numbers of ours: SQS takes ten attributes, names of `A-Z a-z 0-9 _ - .`, and all of it counts towards the message's size. */
const attributesSchema = z.object({
  FirstMessageId: z.object({ stringValue: z.string().check(z.minLength(1)) }),
  FirstSentAt: z.object({ stringValue: integer }),
  Tries: z.object({ stringValue: integer }),
  RequeuedAt: z.object({ stringValue: integer }),
  Left: z.object({ stringValue: z.string().check(z.minLength(1)) }),
});

/** Clocks differ by seconds, and a redrive comes minutes later at the soonest: the queue gives a message up after several timeouts. */
const SAME_SENDING_MS = 60_000;
const SEPARATOR = ',';

/**
 * Reads it off a message. A redrive copies attributes onto a new message; it is to start afresh, so they count only
 * on the message that they were sent with.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
export function historyOf({ messageId, attributes, messageAttributes }: SQSRecord): MessageHistory {
  const receives = Number(attributes?.ApproximateReceiveCount ?? 1);
  const sentAt = Number(attributes?.SentTimestamp ?? Date.now());
  const carried = attributesSchema.safeParse(messageAttributes).data;
  const isRequeued = carried && Math.abs(sentAt - Number(carried.RequeuedAt.stringValue)) <= SAME_SENDING_MS;
  if (!isRequeued) return { firstId: messageId, firstSentAt: sentAt, tries: receives };
  return {
    firstId: carried.FirstMessageId.stringValue,
    firstSentAt: Number(carried.FirstSentAt.stringValue),
    tries: Number(carried.Tries.stringValue) + receives,
    left: new Set(carried.Left.stringValue.split(SEPARATOR)),
  };
}

/**
 * The attributes of a message that is sent anew, this receive not counted.
 * @param left the deliveries that are left to do; at least one
 */
export function attributesOf(
  { firstId, firstSentAt, tries }: MessageHistory,
  left: readonly string[],
  now: Date,
): Record<string, MessageAttributeValue> {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const number = (value: number) => ({ DataType: 'Number', StringValue: String(value) });
  return {
    FirstMessageId: text(firstId),
    FirstSentAt: number(firstSentAt),
    Tries: number(tries - 1),
    RequeuedAt: number(now.getTime()),
    Left: text(left.join(SEPARATOR)),
  };
}

/** One of the deliveries that a message asks for. The body stays the same, so its requests keep their order; a route's name has no comma. */
export function deliveryName(requestIndex: number, route: string): string {
  return `${requestIndex}/${route}`;
}

/** The routes that one of a message's requests is still to go; undefined for all. */
export function namesLeft({ left }: MessageHistory, requestIndex: number): ReadonlySet<string> | undefined {
  if (left === undefined) return undefined;
  const start = deliveryName(requestIndex, '');
  return new Set([...left].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length)));
}
