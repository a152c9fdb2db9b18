import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { asRelayError } from '../errors.ts';
import type { Invocation } from './relay.ts';

const FACTOR = 4;
const LONGEST_SECONDS = 900;

/**
 * How long a message waits for its next try: four times as long each time, up to a quarter of an hour, and up to half as long
 * again by chance. Never shorter: what its last try left under way has ended by then.
 */
export function delaySeconds(firstSeconds: number, receives: number, random: number): number {
  const longest = Math.min(LONGEST_SECONDS, firstSeconds * FACTOR ** (receives - 1));
  return Math.round(longest * (1 + random / 2));
}

/**
 * Brings a message back after a pause rather than after the queue's visibility timeout, which must outlast an invocation.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
 */
export async function postpone(invocation: Invocation, record: SQSRecord, receives: number): Promise<void> {
  const { clients, config, logger } = invocation;
  const VisibilityTimeout = delaySeconds(config.retryDelaySeconds, receives, Math.random());
  const input = { QueueUrl: config.queueUrl, ReceiptHandle: record.receiptHandle, VisibilityTimeout };
  try {
    await clients.sqs.send(new ChangeMessageVisibilityCommand(input));
  } catch (error) {
    // It comes back by itself, only later.
    const failure = asRelayError(error, { operation: 'ChangeMessageVisibility' });
    logger.warn('the message could not be postponed', { failure: failure.toJSON() });
  }
}
