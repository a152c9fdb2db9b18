/** Relays an object along every route that takes it; the doors lead here. */
import { randomUUID } from 'node:crypto';
import { asRelayError, isNoTry, RelayError, type RelayErrorCode } from '../core/errors.ts';
import { retry } from '../core/retry.ts';
import { bucketOf, type Route, routesFor } from '../core/route.ts';
import { orOutOfTime, requireAnyTime } from '../invocation/deadline.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { type FailedReceipt, failedReceiptOf, type RelayReceipt } from '../ledger/receipt.ts';
import { record } from '../ledger/write.ts';
import { report } from '../reporting/publish-events.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import { VisibleWrites } from '../transfer/visible-writes.ts';
import { type History, quietSeconds } from './certainty.ts';
import { deliver } from './deliver.ts';

/** Tries in place, for failures that pass within seconds; longer ones are for the queue. */
const ATTEMPTS = 3;
const BACKOFF_MS = 200;
const BACKOFF_FACTOR = 4;
/** Not tried again in place: there is no time, or the object would be written again and again for a ledger that is down. */
const FOR_LATER: readonly RelayErrorCode[] = ['OutOfTime', 'LedgerUnavailable'];

const WORDS = {
  delivered: 'relayed',
  'already there': 'left as it was, since the key is taken',
  started: 'handed to relay-large',
  gone: 'gone, and delivered before',
} as const;

export interface RelayOptions {
  /** Whether nobody tries again what fails with this: its reason is recorded then. */
  isFinal?: (failure: RelayError, quietSeconds: number) => boolean;
  /** Of the message or task it came with: what is started for it bears its name. One of its own unless given. */
  messageId?: string;
  isRedelivered?: boolean;
  /** Decided beforehand: it is recorded, and nothing is begun. */
  verdict?: RelayError | undefined;
  isUncertain?: boolean;
  /** Whether a message asks again for what there is no time for: then deliveries that can't be finished together aren't begun together. */
  mayBePutOff?: boolean;
  /** Names of the routes that are left to go; all that take the object, unless given. */
  left?: ReadonlySet<string> | undefined;
}

/** How an object's way along one route ended: by a receipt or by a failure. */
export type Outcome = {
  route: string;
  /** For how long a write of it may still take effect; 0 when none can. */
  quietSeconds: number;
  /** Whether something may have been written that none has put right since. */
  isUncertain: boolean;
} & ({ receipt: RelayReceipt; failure?: never } | { failure: RelayError; receipt?: never });

/**
 * Relays the newest version of an object along every route that takes it. No route taking it is a success: the filters say so.
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
 * A route that a message waits for may have another name by now, or another filter, and nobody can tell which has taken its place: then
 * the object goes along all that take it, as if the message were new. Going a way twice does no harm. Pure.
 */
export function routesLeft<R extends { name: string }>(taking: readonly R[], left?: ReadonlySet<string>): readonly R[] {
  if (left === undefined) return taking;
  const asked = taking.filter(({ name }) => left.has(name));
  return asked.length === left.size ? asked : taking;
}

/** Delivers along one route, or records why it can't be. What may pass is not recorded: it is asked for again. */
async function relayAlong(
  invocation: Invocation,
  request: RelayRequest,
  route: Route,
  options: Omit<RelayOptions, 'left'>,
): Promise<Outcome> {
  const { logger, metrics, now, config } = invocation;
  const { isFinal = ({ retryable }) => !retryable, messageId = randomUUID() } = options;
  const { isRedelivered = false, isUncertain = false, mayBePutOff = false, verdict } = options;
  const claimant = mayBePutOff ? `${messageId} ${route.name}` : messageId;
  const visibleWrites = new VisibleWrites();
  const history: History = { messageId, claimant, isRedelivered, isUncertain, hasWritten: false, visibleWrites };
  const startedAt = now();
  let attempts = request.attempts ?? 0;
  // On a create-only route nothing that lands late can take the place of what is there.
  const quiet = () => (route.createOnly ? 0 : quietSeconds(config, history));
  try {
    if (verdict) throw verdict;
    const settled = await retryInPlace(invocation, route, async () => {
      attempts++;
      return await deliver(invocation, request, route, { attempts, startedAt, history });
    });
    const receipt = { ...settled, certain: quiet() === 0 };
    logger.info(WORDS[receipt.status], { receipt });
    if (receipt.status === 'delivered' || receipt.status === 'already there') {
      metrics.count(request, receipt, now());
      report(invocation, receipt);
    }
    return { route: route.name, receipt, quietSeconds: quiet(), isUncertain: false };
  } catch (error) {
    const failure = asRelayError(error, { source: `${request.source}` });
    const facts = {
      route: route.name,
      quietSeconds: quiet(),
      // Account B is told. A later try knows less: it would go by the ledger.
      isUncertain: failure.code !== 'Superseded' && (isUncertain || visibleWrites.mayHaveWritten),
    };
    if (!isFinal(failure, quiet())) return { ...facts, failure };
    const failed = failedReceiptOf(request, route, failure, { attempts, startedAt, finishedAt: now() });
    const unrecorded = await recordFailure(invocation, failed, failure);
    // A try more is for the record; at the last one, the reason counts.
    if (unrecorded && !isFinal(unrecorded, quiet())) return { ...facts, failure: unrecorded };
    metrics.count(request, failed, now());
    report(invocation, failed);
    return { ...facts, failure };
  }
}

/** @returns RelayError `LedgerUnavailable` when the ledger has not taken it; it names the first reason, too */
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
      failure.retryable && !isNoTry(failure) && !FOR_LATER.includes(failure.code) && !signal.aborted,
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
