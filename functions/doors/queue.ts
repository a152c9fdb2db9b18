/** The door of the queue: relays what a batch of messages asks for, and decides what becomes of each message. */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { asRelayError, type RelayError } from '../core/errors.ts';
import { isReserved } from '../core/reserved-keys.ts';
import { doubtAbout } from '../delivery/certainty.ts';
import { type Outcome, relayAlongRoutes } from '../delivery/relay-object.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { sendToDeadLetterQueue } from '../messages/dead-letter.ts';
import { hold } from '../messages/hold.ts';
import {
  deliveryName,
  historyOf,
  type MessageHistory,
  namesLeft,
  patient,
  routeOf,
} from '../messages/message-history.ts';
import { requeue } from '../messages/requeue.ts';
import { publishEvents } from '../reporting/publish-events.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import { parseMessageBody, singleBodies } from '../request/sqs-message.ts';
import { earlyAcknowledgement } from './acknowledge.ts';
import { type Again, deathOf, type Failed, isFinal, type Tries, verdictOn } from './verdict.ts';

/** SQS keeps a message that is never received for at most 14 days. */
const MOST_PATIENCE_MS = 14 * 86_400_000;

/**
 * Relays what each message asks for. A message is acknowledged once each of its objects is delivered and recorded, is in the
 * dead-letter queue with the reason, or is requeued. It returns to the queue by itself only if a queue refuses such a message.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export async function relayMessages(invocation: Invocation, event: SQSEvent): Promise<SQSBatchResponse> {
  const acknowledgement = earlyAcknowledgement(invocation, event.Records);
  const outcomes = await Promise.all(
    event.Records.map(async (record) => {
      const isDone = await relayMessage(invocation, record);
      if (isDone) await acknowledgement.done(record);
      return isDone ? [] : [{ itemIdentifier: record.messageId }];
    }),
  );
  acknowledgement.close();
  await publishEvents(invocation);
  return { batchItemFailures: outcomes.flat() };
}

/** A message that is being relayed. */
interface Handling {
  record: SQSRecord;
  history: MessageHistory;
  bodies: string[];
  /** By the index of the body that asks for it. */
  requests: Map<number, RelayRequest>;
  /** For each body, the number of routes that took it; undefined if only some of them were left. */
  deliveries: (number | undefined)[];
  tries: Tries;
}

/** @returns whether the message may be deleted */
async function relayMessage(invocation: Invocation, record: SQSRecord): Promise<boolean> {
  const { config, logger, now } = invocation;
  const notHeld = await hold(invocation, record);
  if (notHeld) {
    const { messageId } = record;
    logger.warn('not begun, since another invocation may have it', { messageId, failure: notHeld.toJSON() });
    return false;
  }
  const nowMs = now().getTime();
  const history = patient(historyOf(record), config.maxReceives, nowMs);
  const mayWait = nowMs - history.firstSentAt < MOST_PATIENCE_MS;
  const tries = { tries: history.tries, maxReceives: config.maxReceives, mayWait };
  const bodies = singleBodies(record.body);
  const handling: Handling = { record, history, bodies, requests: new Map(), deliveries: [], tries };
  const failed = await relayEach(invocation, handling);
  const { retryDelaySeconds } = config;
  const { final, again } = verdictOn(failed, { ...tries, retryDelaySeconds, random: Math.random() });
  const isDeadLettered = await deadLetterAll(invocation, handling, final);
  const isRequeued = again === undefined || (await requeueRest(invocation, handling, again));
  return isDeadLettered && isRequeued;
}

/** Relays the message's requests one after the other. A request that fails or cannot be read does not stop the next. */
async function relayEach(invocation: Invocation, handling: Handling): Promise<Failed[]> {
  const failed: Failed[] = [];
  for (const index of handling.bodies.keys()) failed.push(...(await relayOne(invocation, handling, index)));
  const isOfNoUse = failed.length === handling.bodies.length && failed.every(({ delivery }) => delivery === undefined);
  // The message goes to the dead-letter queue as a whole, not key by key.
  return isOfNoUse ? failed.slice(0, 1).map(({ request: _, ...whole }) => whole) : failed;
}

async function relayOne(invocation: Invocation, handling: Handling, index: number): Promise<Failed[]> {
  const { record, history, bodies, requests, tries } = handling;
  const { firstId, isRedelivered, isUncertain, isSuperseded } = history;
  const left = namesLeft(history, index);
  // An earlier attempt has finished it.
  if (left?.size === 0) return [];
  try {
    const [request] = parseMessageBody(bodies[index]!, invocation.config);
    if (request === undefined) return [];
    requests.set(index, request);
    const outcomes = await relayAlongRoutes(invocation, request, {
      isFinal: (failure, quietSeconds) => isFinal(failure, quietSeconds, tries),
      // An earlier write that is uncertain may have overtaken an execution that was started before, so a new one starts.
      messageId: isUncertain ? record.messageId : firstId,
      isRedelivered,
      verdict: deathOf(`${request.source}`, isRedelivered, tries),
      isUncertain,
      isSuperseded,
      mayBePutOff: true,
      left,
    });
    if (left === undefined) handling.deliveries[index] = outcomes.length;
    return outcomes.flatMap((outcome) => failedOf(outcome, index));
  } catch (error) {
    return [{ failure: asRelayError(error), request: index, quietSeconds: 0, isUncertain }];
  }
}

function failedOf({ route, receipt, failure, quietSeconds, isUncertain }: Outcome, request: number): Failed[] {
  const facts = { request, delivery: deliveryName(request, route), quietSeconds, isUncertain };
  if (failure) return [{ ...facts, failure }];
  if (quietSeconds === 0) return [];
  return [{ ...facts, failure: doubtAbout(receipt, quietSeconds), isUncertain: true }];
}

/** @returns whether another message asks for what is left to do now */
async function requeueRest(invocation: Invocation, handling: Handling, again: Again): Promise<boolean> {
  const { record, history } = handling;
  const { failure, deliveries, isTry, isUncertain, afterSeconds } = again;
  const facts = { ...factsOf(handling, failure), left: deliveries, afterSeconds };
  invocation.logger.warn(isTry ? 'not relayed, will be tried again' : 'not tried yet, sent anew', facts);
  const tries = isTry ? history.tries : history.tries - 1;
  const left = deliveries ? new Set(deliveries) : history.left;
  const isSuperseded = again.isSuperseded || history.isSuperseded;
  try {
    await requeue(invocation, record.body, { ...history, tries, isUncertain, isSuperseded, left }, afterSeconds);
  } catch (cause) {
    const refused = asRelayError(cause, { operation: 'SendMessage' });
    invocation.logger.error('the queue refused the message', factsOf(handling, refused));
    return false;
  }
  invocation.metrics.countAge('oldestRequeued', invocation.now().getTime() - history.firstSentAt);
  return true;
}

/** Sends each failed object to the dead-letter queue by itself, so that it can be redriven by itself. */
async function deadLetterAll(invocation: Invocation, handling: Handling, final: readonly Failed[]): Promise<boolean> {
  const byRequest = Map.groupBy(final, ({ request }) => request);
  const outcomes = await Promise.all(
    [...byRequest].map(([request, failed]) => deadLetterOne(invocation, handling, request, failed)),
  );
  return outcomes.every((isDone) => isDone);
}

async function deadLetterOne(
  invocation: Invocation,
  handling: Handling,
  request: number | undefined,
  failed: readonly Failed[],
): Promise<boolean> {
  const { record, history, bodies, requests, deliveries } = handling;
  const failures = failed.map(({ failure }) => failure);
  // The next canary comes by itself, and the ledger has the reason: nobody needs to redrive this one.
  const isCanary = request !== undefined && isReserved(requests.get(request)?.source.key ?? '');
  const fate = isCanary ? 'a canary was not relayed' : 'not relayed, sent to the dead-letter queue';
  for (const failure of failures) invocation.logger.error(fate, factsOf(handling, failure));
  if (isCanary) return true;
  const letter = { body: request === undefined ? record.body : bodies[request]!, messageId: history.firstId };
  // A redrive must not repeat the routes that were successful.
  const isPart = request !== undefined && failed.length !== deliveries[request];
  const routes = isPart ? failed.flatMap(({ delivery }) => (delivery ? routeOf(delivery) : [])) : [];
  try {
    const isUncertain = failed.some((each) => each.isUncertain);
    await sendToDeadLetterQueue(invocation, { ...letter, routes, isUncertain }, failures);
    return true;
  } catch (cause) {
    // Nothing is lost: SQS moves the message by the queue's redrive policy after its last receive.
    const refused = asRelayError(cause, { operation: 'SendMessage' });
    invocation.logger.error('the dead-letter queue refused the message', factsOf(handling, refused));
    return false;
  }
}

function factsOf({ requests, history }: Handling, failure: RelayError): Record<string, unknown> {
  const sources = [...requests.values()].map(({ source }) => `${source}`);
  return { messageId: history.firstId, sources, tries: history.tries, failure: failure.toJSON() };
}
