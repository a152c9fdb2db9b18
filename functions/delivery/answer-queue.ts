import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { asRelayError, type RelayError } from '../errors.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import { parseMessageBody } from '../request/sqs-message.ts';
import { earlyAcknowledgement } from './acknowledge.ts';
import { doubtIn } from './certainty.ts';
import { sendToDeadLetterQueue } from './dead-letter.ts';
import { orOutOfTime } from './deadline.ts';
import { deliveryName, historyOf, type MessageHistory, namesLeft } from './message-history.ts';
import { postpone } from './postpone.ts';
import type { Invocation } from './relay.ts';
import { relayAlongRoutes } from './relay-object.ts';
import { sendReports } from './report.ts';
import { requeue } from './requeue.ts';
import { type Failed, type Untried, verdictOn } from './verdict.ts';

/** As long as SQS would keep a message that is never received. */
const MOST_PATIENCE_MS = 14 * 86_400_000;

/**
 * Relays what each message asks for. A message is acknowledged once its objects are delivered and recorded, lie in the
 * dead-letter queue with the reason, or are asked for by a message sent anew; otherwise it alone goes back to the queue.
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

/** A message in hand: what it has behind it, and what it asks for, as far as it could be read. */
interface Handling {
  record: SQSRecord;
  history: MessageHistory;
  requests: RelayRequest[];
  isLastTry: boolean;
}

/** Whether the message may be forgotten. */
async function answerMessage(invocation: Invocation, record: SQSRecord): Promise<boolean> {
  const history = historyOf(record);
  const isLastTry = history.tries >= invocation.config.maxReceives;
  const handling: Handling = { record, history, requests: [], isLastTry };
  const failed = await relayAll(invocation, handling);
  const mayWait = invocation.now().getTime() - history.firstSentAt < MOST_PATIENCE_MS;
  const verdict = verdictOn(failed, { isLastTry, mayWait });
  if (verdict.kind === 'go back') return goBack(invocation, handling, verdict.failure);
  const { failure, untried } = verdict;
  if (untried && !(await sendAnew(invocation, handling, untried))) return goBack(invocation, handling, untried.failure);
  return failure === undefined || setAside(invocation, handling, failure);
}

async function relayAll(invocation: Invocation, handling: Handling): Promise<Failed[]> {
  try {
    handling.requests = parseMessageBody(handling.record.body, invocation.config);
    return await orOutOfTime(invocation, relayEach(invocation, handling));
  } catch (error) {
    return [{ failure: asRelayError(error) }];
  }
}

/** One after the other: one that fails doesn't keep the next from its turn. */
async function relayEach(invocation: Invocation, handling: Handling): Promise<Failed[]> {
  const failed: Failed[] = [];
  for (const [index, request] of handling.requests.entries()) {
    failed.push(...(await relayOne(invocation, handling, request, index)));
  }
  return failed;
}

async function relayOne(
  invocation: Invocation,
  { history, isLastTry }: Handling,
  request: RelayRequest,
  index: number,
): Promise<Failed[]> {
  try {
    const { receipts, failures } = await relayAlongRoutes(invocation, request, {
      isLastTry,
      messageId: history.firstId,
      left: namesLeft(history, index),
    });
    const failed = failures.map(({ route, failure }) => ({ failure, delivery: deliveryName(index, route) }));
    const doubt = isLastTry ? undefined : doubtIn(receipts);
    return doubt ? [...failed, { failure: doubt }] : failed;
  } catch (error) {
    return [{ failure: asRelayError(error, { source: `${request.source}` }) }];
  }
}

async function goBack(invocation: Invocation, handling: Handling, failure: RelayError): Promise<boolean> {
  invocation.logger.warn('not relayed, will be tried again', factsOf(handling, failure));
  await postpone(invocation, handling.record, handling.history.tries);
  return false;
}

/** Whether what hasn't been tried is asked for by another message now. */
async function sendAnew(invocation: Invocation, handling: Handling, untried: Untried): Promise<boolean> {
  const { record, history } = handling;
  const { deliveries: left, afterSeconds } = untried;
  invocation.logger.warn('not tried yet, sent anew', { ...factsOf(handling, untried.failure), left });
  try {
    await requeue(invocation, record, history, { left, afterSeconds });
  } catch (cause) {
    const refused = asRelayError(cause, { operation: 'SendMessage' });
    invocation.logger.error('the queue refused the message', factsOf(handling, refused));
    return false;
  }
  invocation.metrics.countRequeued(invocation.now().getTime() - history.firstSentAt);
  return true;
}

async function setAside(invocation: Invocation, handling: Handling, failure: RelayError): Promise<boolean> {
  const { record, history } = handling;
  invocation.logger.error('not relayed, sent to the dead-letter queue', factsOf(handling, failure));
  try {
    await sendToDeadLetterQueue(invocation, { body: record.body, messageId: history.firstId }, failure);
    return true;
  } catch (cause) {
    // Nothing is lost: the queue's own redrive policy moves the message after its last try.
    const refused = asRelayError(cause, { operation: 'SendMessage' });
    invocation.logger.error('the dead-letter queue refused the message', factsOf(handling, refused));
    return false;
  }
}

function factsOf({ requests, history }: Handling, failure: RelayError): Record<string, unknown> {
  const sources = requests.map(({ source }) => `${source}`);
  return { messageId: history.firstId, sources, tries: history.tries, failure: failure.toJSON() };
}
