import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { attributesOf, type Carried } from './message-history.ts';
import type { Invocation } from './relay.ts';

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

/** Whole seconds, as SQS takes them. Pure. */
export function spread(seconds: number, random: number): number {
  return Math.round(Math.min(LONGEST_SECONDS, seconds) * (1 - SPREAD * random));
}
