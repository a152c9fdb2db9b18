/** Reads from a message what happened to it before, and writes that into the attributes of the message that replaces it. */
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';

/** What a message that is sent anew takes along. */
export interface Carried {
  /** The id of the first message: an execution of relay-large is named after it, and a dead letter quotes it. */
  firstId: string;
  /** When that was sent; milliseconds. */
  firstSentAt: number;
  /** How often it was tried. */
  tries: number;
  /** Whether an earlier try may have written something, and none has put it right since. */
  isUncertain: boolean;
  /** Only these deliveries are left to do, as `deliveryName` has them; all of them, where there is none. */
  left?: ReadonlySet<string> | undefined;
}

/** What a message has behind it, under whatever ids it was sent; this time counts as a try. */
export interface MessageHistory extends Carried {
  /** Whether it was handed out before, and nobody has sent it anew or acknowledged it. */
  isRedelivered: boolean;
}

const integer = z.string().check(z.regex(/^\d{1,15}$/));

/** Strings and numbers of ours: SQS takes ten attributes, names of `A-Z a-z 0-9 _ - .`, and all of it counts towards the message's size. */
const attributesSchema = z.object({
  FirstMessageId: z.object({ stringValue: z.string().check(z.minLength(1)) }),
  FirstSentAt: z.object({ stringValue: integer }),
  Tries: z.object({ stringValue: integer }),
  RequeuedAt: z.object({ stringValue: integer }),
  Left: z.optional(z.object({ stringValue: z.string().check(z.minLength(1)) })),
});

/** Of a dead letter, which keeps them through a redrive: the routes that its one request is left to go. */
const routesSchema = z.object({ Routes: z.object({ stringValue: z.string().check(z.minLength(1)) }) });

/** Clocks differ by seconds, and a redrive comes minutes later at the soonest: the queue gives a message up after several timeouts. */
const SAME_SENDING_MS = 60_000;
const SEPARATOR = ',';

/**
 * Reads it off a message. A redrive copies attributes onto a new message; it is to start afresh, so what was tried counts only
 * on the message that it was sent with. Which routes are left to go, and that something may have been written, counts afterwards, too.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
export function historyOf({ messageId, attributes, messageAttributes }: SQSRecord): MessageHistory {
  const receives = Number(attributes?.ApproximateReceiveCount ?? 1);
  const sentAt = Number(attributes?.SentTimestamp ?? Date.now());
  const carried = attributesSchema.safeParse(messageAttributes).data;
  const isRequeued = carried && Math.abs(sentAt - Number(carried.RequeuedAt.stringValue)) <= SAME_SENDING_MS;
  const isRedelivered = receives > 1;
  const isUncertain = isRedelivered || messageAttributes?.['Uncertain'] !== undefined;
  if (!isRequeued) {
    const routes = routesSchema.safeParse(messageAttributes).data?.Routes.stringValue.split(SEPARATOR);
    return {
      firstId: messageId,
      firstSentAt: sentAt,
      tries: receives,
      isRedelivered,
      isUncertain,
      ...(routes && { left: new Set(routes.map((route) => deliveryName(0, route))) }),
    };
  }
  return {
    firstId: carried.FirstMessageId.stringValue,
    firstSentAt: Number(carried.FirstSentAt.stringValue),
    tries: Number(carried.Tries.stringValue) + receives,
    isRedelivered,
    isUncertain,
    ...(carried.Left && { left: new Set(carried.Left.stringValue.split(SEPARATOR)) }),
  };
}

/** The attributes of a message that is sent anew. */
export function attributesOf(
  { firstId, firstSentAt, tries, isUncertain, left }: Carried,
  now: Date,
): Record<string, MessageAttributeValue> {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const number = (value: number) => ({ DataType: 'Number', StringValue: String(value) });
  return {
    FirstMessageId: text(firstId),
    FirstSentAt: number(firstSentAt),
    Tries: number(tries),
    RequeuedAt: number(now.getTime()),
    ...(isUncertain && { Uncertain: text('yes') }),
    ...(left && { Left: text(namesText(left)) }),
  };
}

/** A route's name has no comma. */
export function namesText(names: Iterable<string>): string {
  return [...names].join(SEPARATOR);
}

/** One of the deliveries that a message asks for. The body stays the same, so its requests keep their order. */
export function deliveryName(requestIndex: number, route: string): string {
  return `${requestIndex}/${route}`;
}

export function routeOf(delivery: string): string {
  return delivery.slice(delivery.indexOf('/') + 1);
}

/** The routes that one of a message's requests is still to go; undefined for all. */
export function namesLeft({ left }: MessageHistory, requestIndex: number): ReadonlySet<string> | undefined {
  if (left === undefined) return undefined;
  const start = deliveryName(requestIndex, '');
  return new Set([...left].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length)));
}
