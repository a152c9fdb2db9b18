import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { asRelayError, isNoTry, RelayError } from '../errors.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import { bucketOf, type Route, routesFor } from '../route.ts';
import { orOutOfTime } from './deadline.ts';
import { record } from './ledger.ts';
import { failedReceiptOf, type RelayReceipt } from './receipt.ts';
import type { Invocation } from './relay.ts';
import { report } from './report.ts';
import { settle } from './settle.ts';

/** Tries in place, for failures that pass within seconds; longer ones are for the queue. */
const ATTEMPTS = 3;
const BACKOFF_MS = 200;
const BACKOFF_FACTOR = 4;

const WORDS = {
  delivered: 'relayed',
  'already there': 'left as it was, since the key is taken',
  started: 'handed to relay-large',
} as const;

export interface RelayOptions {
  /** What fails now is not tried again by anybody, so its reason is recorded even if it might pass. */
  isLastTry?: boolean;
  /** Of the message or task it came with: what is started for it bears its name. One of its own unless given. */
  messageId?: string;
  /** Names of the routes that are left to go; all that take the object, unless given. */
  left?: ReadonlySet<string> | undefined;
}

/** How an object's ways along its routes ended. */
export interface RelayOutcome {
  receipts: RelayReceipt[];
  failures: { route: string; failure: RelayError }[];
}

/**
 * Relays the newest version of an object along every route that takes it.
 * @throws RelayError after every route has been tried: one that may pass, if there is any
 */
export async function relayObject(
  invocation: Invocation,
  request: RelayRequest,
  options: RelayOptions = {},
): Promise<RelayReceipt[]> {
  const { receipts, failures } = await relayAlongRoutes(invocation, request, options);
  const worst = failures.find(({ failure }) => failure.retryable) ?? failures[0];
  if (worst) throw worst.failure;
  return receipts;
}

/**
 * The same, telling how it went along each route. No route taking it is a success with no receipts: the filters say so.
 * @throws RelayError `WrongBucket`, `UnknownRoute`
 */
export async function relayAlongRoutes(
  invocation: Invocation,
  request: RelayRequest,
  { left, ...options }: RelayOptions,
): Promise<RelayOutcome> {
  const { config, logger } = invocation;
  const bucket = bucketOf(config, request.routeName);
  if (request.source.bucket !== bucket) throw wrongBucket(request, bucket);
  const taking = routesFor(config.routes, request.source, request.routeName);
  const routes = routesLeft(taking, left);
  if (taking.length === 0) logger.info('no route takes this object', { source: `${request.source}` });
  const outcomes = await Promise.allSettled(routes.map((route) => relayAlong(invocation, request, route, options)));
  const receipts = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected'
      ? [{ route: routes[index]!.name, failure: asRelayError(outcome.reason, { source: `${request.source}` }) }]
      : [],
  );
  return { receipts, failures };
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

/** Delivers along one route, or records why it can't be. What may pass is not recorded: the message comes again. */
async function relayAlong(
  invocation: Invocation,
  request: RelayRequest,
  route: Route,
  { isLastTry = false, messageId = randomUUID() }: Omit<RelayOptions, 'left'>,
): Promise<RelayReceipt> {
  const { logger, metrics, now } = invocation;
  const startedAt = now();
  const history = { messageId, hasWritten: false };
  let attempts = request.attempts ?? 0;
  let isCertain = true;
  try {
    const settled = await persistently(invocation, route, async () => {
      attempts++;
      return await settle(invocation, request, route, { attempts, startedAt, history }).catch((error: unknown) => {
        if (isUnansweredWrite(error)) isCertain = false;
        throw error;
      });
    });
    const receipt = { ...settled, certain: settled.certain && isCertain };
    logger.info(WORDS[receipt.status], { receipt });
    if (receipt.status === 'started') return receipt;
    metrics.count(request, receipt, now());
    report(invocation, receipt);
    return receipt;
  } catch (error) {
    const failure = asRelayError(error, { source: `${request.source}` });
    if (!failure.retryable || (isLastTry && !isNoTry(failure))) {
      const failed = failedReceiptOf(request, route, failure, { attempts, startedAt, finishedAt: now() });
      await record(invocation, failed);
      metrics.count(request, failed, now());
      report(invocation, failed);
    }
    throw failure;
  }
}

/** Repeats what may pass, with jittered and growing pauses, as long as tries and time are left. */
async function persistently<T>(invocation: Invocation, route: Route, attempt: () => Promise<T>): Promise<T> {
  const { clients, logger, signal } = invocation;
  for (let tried = 1; ; tried++) {
    try {
      return await orOutOfTime(invocation, attempt());
    } catch (error) {
      const failure = asRelayError(error);
      if (failure.code === 'SessionExpired') clients.forgetSessions(route);
      const isForLater = isNoTry(failure) || failure.code === 'OutOfTime' || signal.aborted;
      if (!failure.retryable || isForLater || tried === ATTEMPTS) throw failure;
      logger.warn('will be tried again in place', { failure: failure.toJSON() });
      await orOutOfTime(invocation, sleep(Math.random() * BACKOFF_MS * BACKOFF_FACTOR ** tried));
    }
  }
}

/** Whether a write that makes an object visible may have been done although it failed. */
function isUnansweredWrite(error: unknown): boolean {
  if (!(error instanceof RelayError)) return false;
  const { operation, code } = error;
  const isVisibleWrite = operation === 'PutObject' || operation === 'CompleteMultipartUpload';
  // An upload is gone, too, when an earlier try has completed it.
  return isVisibleWrite && (code === 'TransferFailed' || code === 'Throttled' || code === 'UploadGone');
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
