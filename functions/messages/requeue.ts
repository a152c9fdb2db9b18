/** Sends messages to the queue: one that replaces a message that failed, or one that asks for a single delivery. */
import { randomUUID } from 'node:crypto';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Invocation } from '../invocation/invocation.ts';
import { messageBody } from '../request/message-body.ts';
import { attributesOf, type Carried, deliveryName } from './message-history.ts';

/** The longest delay of SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const LONGEST_SECONDS = 900;
/** Jitter: up to this share earlier, so that messages that wait for the same thing do not come back all at once. */
const SPREAD = 0.25;

/**
 * Sends a message that replaces one which failed, with its history in the attributes. The relay counts attempts by itself that way, and if SQS
 * delivers a message a second time, its receiver has died. The caller acknowledges the old message afterwards. If that fails there
 * are two messages, which does no harm.
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
  /** Whether an earlier write of it may still take effect. */
  isUncertain: boolean;
  /** Whether account B was told to put a version back. */
  isSuperseded?: boolean | undefined;
  /** How often the object was begun for the same reason, if that is counted. */
  attempts?: number | undefined;
}

/** Sends a new message that asks for a single delivery. */
export async function requestDelivery(
  invocation: Invocation,
  { key, route, isUncertain, isSuperseded, attempts }: Delivery,
  afterSeconds: number,
): Promise<void> {
  const carried: Carried = {
    firstId: randomUUID(),
    firstSentAt: invocation.now().getTime(),
    tries: 0,
    isUncertain,
    isSuperseded,
    left: new Set([deliveryName(0, route)]),
  };
  await requeue(invocation, messageBody({ key, route, attempts }), carried, afterSeconds);
}

/** Whole seconds, as SQS takes them. Pure. */
export function spread(seconds: number, random: number): number {
  return Math.round(Math.min(LONGEST_SECONDS, seconds) * (1 - SPREAD * random));
}
