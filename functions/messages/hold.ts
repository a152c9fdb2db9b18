/** Keeps a message from coming back to somebody else while this invocation may still work on it. */
import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { BEGIN_SECONDS } from '../core/begin.ts';
import { asRelayError, type RelayError } from '../core/errors.ts';
import type { Invocation } from '../invocation/invocation.ts';

/** The clocks of SQS and Lambda differ by seconds. */
const TOLERATED_MS = (BEGIN_SECONDS / 2) * 1000;

/** SQS's name for a receipt handle that it never gave out: the message was made by hand, and comes back to nobody. */
const NEVER_RECEIVED = /ReceiptHandleIsInvalid/;

/**
 * Has the message hidden until this invocation ends, if it may come back before: a throttled Lambda keeps a message until its visibility
 * timeout is over, and may begin at the very end of it. SQS tells when a message was received only of the first time. Two invocations
 * at the same message would do no harm unless the first one dies after the second has delivered and waited: docs/decisions/0048.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * @returns why the message can't be held, and so must not be begun
 */
export async function hold(
  { clients, config, now, remainingMs, signal }: Invocation,
  { attributes, receiptHandle }: SQSRecord,
): Promise<RelayError | undefined> {
  const { ApproximateReceiveCount = '1', ApproximateFirstReceiveTimestamp } = attributes ?? {};
  if (ApproximateFirstReceiveTimestamp === undefined) return undefined;
  const lateMs = now().getTime() - Number(ApproximateFirstReceiveTimestamp);
  if (ApproximateReceiveCount === '1' && lateMs <= TOLERATED_MS) return undefined;
  const command = new ChangeMessageVisibilityCommand({
    QueueUrl: config.queueUrl,
    ReceiptHandle: receiptHandle,
    VisibilityTimeout: Math.ceil(remainingMs() / 1000),
  });
  try {
    await clients.sqs.send(command, { abortSignal: signal });
  } catch (error) {
    const { name } = error as Error;
    if (!NEVER_RECEIVED.test(name)) return asRelayError(error, { operation: 'ChangeMessageVisibility' });
  }
  return undefined;
}
