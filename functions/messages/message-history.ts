/** Reads from a message what happened to it before, and writes that into the attributes of the message that replaces it. */
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';

/** What a requeued message carries in its attributes. */
export interface Carried {
  /** The id of the first message: executions of relay-large are named after it, and dead letters quote it. */
  firstId: string;
  /** When the first message was sent; milliseconds since the epoch. */
  firstSentAt: number;
  /** How many attempts there were. */
  tries: number;
  /** Whether an earlier attempt may have written something that no later one has put right. */
  isUncertain: boolean;
  /** Whether account B was told to put a version back (`Superseded`). What was recorded meanwhile may make that another version. */
  isSuperseded?: boolean | undefined;
  /** The names (`deliveryName`) of the deliveries that are left; all, unless given. */
  left?: ReadonlySet<string> | undefined;
}

/** What happened to a message under all its ids; the present receive counts as an attempt. */
export interface MessageHistory extends Carried {
  /** Whether it was received before, and neither acknowledged nor requeued. */
  isRedelivered: boolean;
  /** When it was received for the first time, if that is known; milliseconds since the epoch. */
  firstReceivedAt?: number | undefined;
}

const integer = z.string().check(z.regex(/^\d{1,15}$/));

/** SQS takes ten attributes, with names of `A-Z a-z 0-9 _ - .`; they count towards the message's size. */
const attributesSchema = z.object({
  FirstMessageId: z.object({ stringValue: z.string().check(z.minLength(1)) }),
  FirstSentAt: z.object({ stringValue: integer }),
  Tries: z.object({ stringValue: integer }),
  RequeuedAt: z.object({ stringValue: integer }),
  Left: z.optional(z.object({ stringValue: z.string().check(z.minLength(1)) })),
});

/** On a dead letter, also after a redrive: the routes that are left for its one request. */
const routesSchema = z.object({ Routes: z.object({ stringValue: z.string().check(z.minLength(1)) }) });

/** A function that can't be run, because it is throttled or badly deployed, is mended in that time. */
const PATIENCE_MS = 6 * 3_600_000;

/** Clocks differ by seconds. A redrive comes minutes later at the earliest, after several visibility timeouts. */
const SAME_SENDING_MS = 60_000;
const SEPARATOR = ',';

/**
 * Reads the history from a message. A redrive copies the attributes onto a new message, whose attempts must start afresh. So
 * attempts count only on the message that they were sent with, whereas the routes that are left and a possible write count after a redrive, too.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
export function historyOf({ messageId, attributes, messageAttributes }: SQSRecord): MessageHistory {
  const receives = Number(attributes?.ApproximateReceiveCount ?? 1);
  const sentAt = Number(attributes?.SentTimestamp ?? Date.now());
  const carried = attributesSchema.safeParse(messageAttributes).data;
  const isRequeued = carried && Math.abs(sentAt - Number(carried.RequeuedAt.stringValue)) <= SAME_SENDING_MS;
  const isRedelivered = receives > 1;
  const isUncertain = isRedelivered || messageAttributes?.['Uncertain'] !== undefined;
  const { Superseded, ErrorCode } = messageAttributes ?? {};
  const isSuperseded = Superseded !== undefined || ErrorCode?.stringValue === 'Superseded';
  const firstReceived = attributes?.ApproximateFirstReceiveTimestamp;
  const received = { isRedelivered, firstReceivedAt: firstReceived === undefined ? undefined : Number(firstReceived) };
  if (!isRequeued) {
    const routes = routesSchema.safeParse(messageAttributes).data?.Routes.stringValue.split(SEPARATOR);
    return {
      firstId: messageId,
      firstSentAt: sentAt,
      tries: receives,
      ...received,
      isUncertain,
      isSuperseded,
      ...(routes && { left: new Set(routes.map((route) => deliveryName(0, route))) }),
    };
  }
  return {
    firstId: carried.FirstMessageId.stringValue,
    firstSentAt: Number(carried.FirstSentAt.stringValue),
    tries: Number(carried.Tries.stringValue) + receives,
    ...received,
    isUncertain,
    isSuperseded,
    ...(carried.Left && { left: new Set(carried.Left.stringValue.split(SEPARATOR)) }),
  };
}

/**
 * SQS counts receives, and not attempts: a throttled Lambda gives a message back without an attempt, and so does a function that can't
 * start. So a message that came back is not at its last attempt for some hours. Pure.
 */
export function patient(history: MessageHistory, maxReceives: number, nowMs: number): MessageHistory {
  const { isRedelivered, firstReceivedAt, tries } = history;
  const isEarly = firstReceivedAt !== undefined && nowMs - firstReceivedAt < PATIENCE_MS;
  return isRedelivered && isEarly ? { ...history, tries: Math.min(tries, Math.max(1, maxReceives - 1)) } : history;
}

/** The attributes of a requeued message. */
export function attributesOf(
  { firstId, firstSentAt, tries, isUncertain, isSuperseded, left }: Carried,
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
    ...(isSuperseded && { Superseded: text('yes') }),
    ...(left && { Left: text(namesText(left)) }),
  };
}

/** A route's name has no comma. */
export function namesText(names: Iterable<string>): string {
  return [...names].join(SEPARATOR);
}

/** The name of a delivery that a message asks for. Requeued bodies stay the same, so requests keep their index. */
export function deliveryName(requestIndex: number, route: string): string {
  return `${requestIndex}/${route}`;
}

export function routeOf(delivery: string): string {
  return delivery.slice(delivery.indexOf('/') + 1);
}

/** The routes that are left for one of a message's requests; undefined for all. */
export function namesLeft({ left }: MessageHistory, requestIndex: number): ReadonlySet<string> | undefined {
  if (left === undefined) return undefined;
  const start = deliveryName(requestIndex, '');
  return new Set([...left].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length)));
}
