/** Sends messages to the queue: one that replaces a message that failed, or one that asks for a single delivery. */
import { randomUUID } from 'node:crypto';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Invocation } from '../invocation/invocation.ts';
import { messageBody } from '../request/message-body.ts';
import { attributesOf, type Carried, deliveryName } from './message-history.ts';

/** SQS's longest: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const LONGEST_SECONDS = 900;
/** So much earlier, by chance, so that what waits for the same thing doesn't come back all at once. */
const SPREAD = 0.25;

/**
 * Sends a message anew, with what it has behind it in its attributes. So the relay counts tries itself, and a message that SQS hands out
 * a second time tells that whoever had it died. The old message is to be acknowledged afterwards; if that fails there are two,
 * which does no harm.
 */
export async function requeue(
  { clients, config, now }: Invocation,
  body: string,
  carried: Carried,
  afterSeconds: number,
): Promise<void> {
  const command = new SendMessageCommand({
    QueueUrl: config.queueUrl,
    MessageBody: body,
    MessageAttributes: attributesOf(carried, now()),
    DelaySeconds: Math.min(LONGEST_SECONDS, Math.ceil(afterSeconds)),
  });
  await clients.sqs.send(command);
}

/** One object along one route, asked for by a message of its own. */
export interface Delivery {
  key: string;
  route: string;
  /** Whether an earlier write of it may yet take effect. */
  isUncertain: boolean;
  /** How often the object was begun for the same reason, where that is counted. */
  attempts?: number | undefined;
}

/** Sends a message that asks for a single delivery, as the first of its kind. */
export async function requestDelivery(
  invocation: Invocation,
  { key, route, isUncertain, attempts }: Delivery,
  afterSeconds: number,
): Promise<void> {
  const carried: Carried = {
    firstId: randomUUID(),
    firstSentAt: invocation.now().getTime(),
    tries: 0,
    isUncertain,
    left: new Set([deliveryName(0, route)]),
  };
  await requeue(invocation, messageBody({ key, route, attempts }), carried, afterSeconds);
}

/** Whole seconds, as SQS takes them. Pure. */
export function spread(seconds: number, random: number): number {
  return Math.round(Math.min(LONGEST_SECONDS, seconds) * (1 - SPREAD * random));
}
