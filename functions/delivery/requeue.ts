import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { attributesOf, type MessageHistory } from './message-history.ts';
import type { Invocation } from './relay.ts';

/** SQS's longest: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const LONGEST_SECONDS = 900;
/** So much earlier, by chance, so that what waits for the same thing doesn't come back all at once. */
const SPREAD = 0.25;

/**
 * Sends a message anew, as it came, with what it has behind it in its attributes: a receive that was no try isn't spent then.
 * The old message is to be acknowledged afterwards. If that fails there are two, which does no harm.
 */
export async function requeue(
  { clients, config, now }: Invocation,
  { body }: SQSRecord,
  history: MessageHistory,
  { left, afterSeconds }: { left: readonly string[]; afterSeconds: number },
): Promise<void> {
  const command = new SendMessageCommand({
    QueueUrl: config.queueUrl,
    MessageBody: body,
    MessageAttributes: attributesOf(history, left, now()),
    DelaySeconds: spread(afterSeconds, Math.random()),
  });
  await clients.sqs.send(command);
}

/** Whole seconds, as SQS takes them. Pure. */
export function spread(seconds: number, random: number): number {
  return Math.round(Math.min(LONGEST_SECONDS, seconds) * (1 - SPREAD * random));
}
