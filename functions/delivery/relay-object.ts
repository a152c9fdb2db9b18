/** Relays an object along every route that takes it; the doors lead here. */
import { randomUUID } from 'node:crypto';
import { asRelayError, isNotBegun, RelayError, type RelayErrorCode } from '../core/errors.ts';
import { retry } from '../core/retry.ts';
import { bucketOf, type Route, routesFor } from '../core/route.ts';
import { orOutOfTime, requireAnyTime } from '../invocation/deadline.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { type FailedReceipt, failedReceiptOf, type RelayReceipt } from '../ledger/receipt.ts';
import { record } from '../ledger/write.ts';
import { deliveryLine } from '../reporting/delivery-line.ts';
import { report } from '../reporting/publish-events.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import { VisibleWrites } from '../transfer/visible-writes.ts';
import { type History, quietSeconds } from './certainty.ts';
import { deliver } from './deliver.ts';

/** Attempts in place, for failures of seconds. Longer failures are retried through the queue. */
const ATTEMPTS = 3;
const BACKOFF_MS = 200;
const BACKOFF_FACTOR = 4;
/** Not retried in place: there is no time, or the object would be written again and again while the ledger is down. */
const FOR_LATER: readonly RelayErrorCode[] = ['OutOfTime', 'LedgerUnavailable'];

const WORDS = {
  delivered: 'relayed',
  'already there': 'left as it was, since the key is taken',
  started: 'handed to relay-large',
  gone: 'gone, and delivered before',
} as const;

export interface RelayOptions {
  /** Whether no other attempt follows such a failure; then its reason is recorded. */
  isFinal?: (failure: RelayError, quietSeconds: number) => boolean;
  /** Of the message or task; an execution of relay-large is named after it. Random unless given. */
  messageId?: string;
  isRedelivered?: boolean;
  /** A failure that was decided before: it is recorded, and nothing is begun. */
  verdict?: RelayError | undefined;
  isUncertain?: boolean;
  isSuperseded?: boolean | undefined;
  /** Whether a message asks again if there is no time: then deliveries that cannot be finished together are not begun together. */
  mayBePutOff?: boolean;
  /** Names of the routes that are left; all that take the object, unless given. */
  left?: ReadonlySet<string> | undefined;
}

/** How the way of an object along one route ended: with a receipt or a failure. */
export type Outcome = {
  route: string;
  /** How long a write of it may still take effect; 0 when none can. */
  quietSeconds: number;
  /** Whether something may have been written that no later attempt has put right. */
  isUncertain: boolean;
} & ({ receipt: RelayReceipt; failure?: never } | { failure: RelayError; receipt?: never });

/**
 * Relays the newest version of an object along every route that takes it. If no route takes it, that is a success.
 * @throws RelayError `WrongBucket`, `UnknownRoute`
 */
export async function relayAlongRoutes(
  invocation: Invocation,
  request: RelayRequest,
  { left, ...options }: RelayOptions = {},
): Promise<Outcome[]> {
  const { config, logger } = invocation;
  const bucket = bucketOf(config, request.routeName);
  if (request.source.bucket !== bucket) throw wrongBucket(request, bucket);
  const taking = routesFor(config.routes, request.source, request.routeName);
  const routes = routesLeft(taking, left);
  if (taking.length === 0) logger.info('no route takes this object', { source: `${request.source}` });
  return await Promise.all(routes.map((route) => relayAlong(invocation, request, route, options)));
}

/**
 * The routes that a message still asks for. If one of them was renamed or has another filter by now, nobody can tell which route
 * replaces it, so the object takes all routes as if the message were new. A second delivery does no harm. Pure.
 */
export function routesLeft<R extends { name: string }>(taking: readonly R[], left?: ReadonlySet<string>): readonly R[] {
  if (left === undefined) return taking;
  const asked = taking.filter(({ name }) => left.has(name));
  return asked.length === left.size ? asked : taking;
}

/** Delivers along one route, or records a final failure. A transient failure is not recorded, since another attempt follows. */
async function relayAlong(
  invocation: Invocation,
  request: RelayRequest,
  route: Route,
  options: Omit<RelayOptions, 'left'>,
): Promise<Outcome> {
  const { logger, metrics, now, config } = invocation;
  const { isFinal = ({ retryable }) => !retryable, messageId = randomUUID() } = options;
  const { isRedelivered = false, isUncertain = false, isSuperseded = false, mayBePutOff = false, verdict } = options;
  const claimant = mayBePutOff ? `${messageId} ${route.name}` : messageId;
  const visibleWrites = new VisibleWrites();
  const before = { isRedelivered, isUncertain, isSuperseded };
  const history: History = { messageId, claimant, ...before, hasWritten: false, visibleWrites };
  const startedAt = now();
  let attempts = request.attempts ?? 0;
  // On a create-only route a late write cannot replace what is there.
  const quiet = () => (route.createOnly ? 0 : quietSeconds(config, history));
  try {
    if (verdict) throw verdict;
    const settled = await retryInPlace(invocation, route, async () => {
      attempts++;
      return await deliver(invocation, request, route, { attempts, startedAt, history });
    });
    const receipt = { ...settled, certain: quiet() === 0 };
    logger.info(WORDS[receipt.status], deliveryLine(receipt));
    if (receipt.status === 'delivered' || receipt.status === 'already there') {
      metrics.count(request, receipt);
      report(invocation, receipt);
    }
    return { route: route.name, receipt, quietSeconds: quiet(), isUncertain: false };
  } catch (error) {
    const failure = asRelayError(error, { source: `${request.source}` });
    const facts = {
      route: route.name,
      quietSeconds: quiet(),
      // Account B is told of it. A later attempt knows less, and would trust the ledger.
      isUncertain: failure.code !== 'Superseded' && (isUncertain || visibleWrites.mayHaveWritten),
    };
    if (!isFinal(failure, quiet())) return { ...facts, failure };
    const failed = failedReceiptOf(request, route, failure, { attempts, startedAt, finishedAt: now() });
    const unrecorded = await recordFailure(invocation, failed, failure);
    // Another attempt follows for the sake of the record. After the last attempt, the first reason counts.
    if (unrecorded && !isFinal(unrecorded, quiet())) return { ...facts, failure: unrecorded };
    metrics.count(request, failed);
    report(invocation, failed);
    return { ...facts, failure };
  }
}

/** @returns RelayError `LedgerUnavailable` if the ledger refuses the receipt; it names the first reason, too */
async function recordFailure(
  invocation: Invocation,
  failed: FailedReceipt,
  reason: RelayError,
): Promise<RelayError | undefined> {
  try {
    await record(invocation, failed);
    return undefined;
  } catch (error) {
    const { message, code, retryable, operation, source } = error as RelayError;
    invocation.logger.error('the reason could not be recorded', { failure: reason.toJSON(), ledger: message });
    return new RelayError({
      code,
      message: `${message} What was to be recorded: ${reason.code}: ${reason.message}`,
      retryable,
      ...(operation && { operation }),
      ...(source && { source }),
      cause: error,
    });
  }
}

/** Repeats an attempt while its failures are transient and time is left. */
async function retryInPlace<T>(invocation: Invocation, route: Route, attempt: () => Promise<T>): Promise<T> {
  const { clients, logger, signal, sleep } = invocation;
  requireAnyTime(invocation);
  const attemptInTime = async () => {
    try {
      signal.throwIfAborted();
      return await orOutOfTime(invocation, attempt());
    } catch (error) {
      const failure = asRelayError(error);
      if (failure.code === 'SessionExpired') clients.forgetSessions(route);
      throw failure;
    }
  };
  return await retry<T, RelayError>(attemptInTime, {
    attempts: ATTEMPTS,
    isTransient: (failure) =>
      failure.retryable && !isNotBegun(failure) && !FOR_LATER.includes(failure.code) && !signal.aborted,
    backoffMs: (failed) => Math.random() * BACKOFF_MS * BACKOFF_FACTOR ** failed,
    onRetry: (failure) => logger.warn('will be tried again in place', { failure: failure.toJSON() }),
    sleep: (ms) => orOutOfTime(invocation, sleep(ms)),
  });
}

function wrongBucket({ source }: RelayRequest, expected: string): RelayError {
  return new RelayError({
    code: 'WrongBucket',
    message: `This relay reads from bucket "${expected}"; the event is about "${source.bucket}".`,
    retryable: false,
    operation: 'route',
    source: `${source}`,
  });
}
