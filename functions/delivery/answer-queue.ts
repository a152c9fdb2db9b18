import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { asRelayError, type RelayError } from '../errors.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import { parseMessageBody } from '../request/sqs-message.ts';
import { earlyAcknowledgement } from './acknowledge.ts';
import { requireCertainty } from './certainty.ts';
import { sendToDeadLetterQueue } from './dead-letter.ts';
import { orOutOfTime } from './deadline.ts';
import { postpone } from './postpone.ts';
import type { Invocation } from './relay.ts';
import { relayObject } from './relay-object.ts';
import { sendReports } from './report.ts';

/**
 * Relays what each message asks for. A message is acknowledged once its objects are delivered and recorded, or once it lies
 * in the dead-letter queue with the reason; otherwise it alone goes back to the queue.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export async function answerQueue(invocation: Invocation, event: SQSEvent): Promise<SQSBatchResponse> {
  const acknowledgement = earlyAcknowledgement(invocation, event.Records.length);
  const outcomes = await Promise.all(
    event.Records.map(async (record) => {
      const isDone = await answerMessage(invocation, record);
      if (isDone) await acknowledgement.done(record);
      return isDone ? [] : [{ itemIdentifier: record.messageId }];
    }),
  );
  acknowledgement.close();
  await sendReports(invocation);
  return { batchItemFailures: outcomes.flat() };
}

/** A message in hand: what it asks for, as far as it could be read, and how often it was handed out. */
interface Handling {
  record: SQSRecord;
  requests: RelayRequest[];
  receives: number;
}

/** Whether the message may be forgotten. */
async function answerMessage(invocation: Invocation, record: SQSRecord): Promise<boolean> {
  const receives = Number(record.attributes?.ApproximateReceiveCount ?? 1);
  const handling: Handling = { record, requests: [], receives };
  const isLastTry = receives >= invocation.config.maxReceives;
  try {
    handling.requests = parseMessageBody(record.body, invocation.config);
    await orOutOfTime(invocation, relayAll(invocation, handling, isLastTry));
    return true;
  } catch (error) {
    const failure = asRelayError(error);
    const isGivenUp = !failure.retryable || isLastTry;
    return isGivenUp ? setAside(invocation, handling, failure) : goBack(invocation, handling, failure);
  }
}

async function relayAll(invocation: Invocation, { requests, record }: Handling, isLastTry: boolean): Promise<void> {
  for (const request of requests) {
    const receipts = await relayObject(invocation, request, { isLastTry, messageId: record.messageId });
    if (!isLastTry) requireCertainty(receipts);
  }
}

async function goBack(invocation: Invocation, handling: Handling, failure: RelayError): Promise<boolean> {
  invocation.logger.warn('not relayed, will be tried again', factsOf(handling, failure));
  await postpone(invocation, handling.record, handling.receives);
  return false;
}

async function setAside(invocation: Invocation, handling: Handling, failure: RelayError): Promise<boolean> {
  invocation.logger.error('not relayed, sent to the dead-letter queue', factsOf(handling, failure));
  try {
    await sendToDeadLetterQueue(invocation, handling.record, failure);
    return true;
  } catch (cause) {
    // Nothing is lost: the queue's own redrive policy moves the message after its last try.
    const refused = asRelayError(cause, { operation: 'SendMessage' });
    invocation.logger.error('the dead-letter queue refused the message', factsOf(handling, refused));
    return false;
  }
}

function factsOf({ record, requests, receives }: Handling, failure: RelayError): Record<string, unknown> {
  const sources = requests.map(({ source }) => `${source}`);
  return { messageId: record.messageId, sources, receives, failure: failure.toJSON() };
}
