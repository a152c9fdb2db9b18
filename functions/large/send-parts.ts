/** Sends a run of parts: what a worker (relay-part) does. */
import { RelayError } from '../core/errors.ts';
import { bucketOf, routesFor } from '../core/route.ts';
import { SourceObject } from '../core/source-object.ts';
import { changedMeanwhile, fateOfContent } from '../delivery/look-again.ts';
import { hasTimeFor } from '../invocation/deadline.ts';
import type { Invocation } from '../invocation/invocation.ts';
import type { PartsRequest } from '../request/large-request.ts';
import { newTransfer } from '../transfer/new-transfer.ts';
import { type Part, partsOfSource, splitIntoParts } from '../transfer/plan.ts';
import type { SentPart } from '../transfer/send-part.ts';
import { sendRun } from '../transfer/send-run.ts';
import type { SourceState } from '../transfer/source-state.ts';
import { isWorthRepeating } from './persistent-step.ts';
import { tooSlow } from './time-limit.ts';

/** What a worker has sent. */
export interface SentParts {
  /** Without their quotes. */
  eTags: string[];
  /** Empty unless they were asked for. */
  crc32s: number[];
  /** Of the source's own parts; both are empty if other parts are sent. */
  lengths: number[];
  digests: string[];
  /** The first part that is left; undefined when all are sent. */
  next?: number;
}

/** A worker's answer: what it has sent, or a failure that no other worker can retry. */
export type PartsAnswer = SentParts | { failure: Record<string, unknown> };

/** An invocation is shorter than a session, so a session expires at most once during it. */
const SESSIONS = 2;

/**
 * Sends parts until the run is done or the time is nearly up.
 * @throws RelayError a transient failure before any part was sent: the run is repeated after a pause
 */
export async function sendParts(invocation: Invocation, request: PartsRequest): Promise<PartsAnswer> {
  const { config, clients, logger } = invocation;
  const { first, last, uploadId, execution } = request;
  const noSlot = execution === undefined ? undefined : await slotLost(invocation, execution);
  if (noSlot) return { failure: noSlot.toJSON() };
  const computed = { crc32: request.computeCrc32, digest: request.digest };
  const source = new SourceObject(bucketOf(config, request.route), request.key);
  const route = routesFor(config.routes, source, request.route)[0]!;
  if (request.until !== undefined && invocation.now() >= new Date(request.until))
    return { failure: tooSlow(`${source}`, 'is not there').toJSON() };
  const parts = partsOf(request);
  const state = pinnedState(request.pin);
  // In a bucket with versions an overwritten object can still be read, which might be hours of work for nothing.
  const fate = await fateOfContent(invocation, route, source, state);
  if (fate === 'changed') return { failure: changedMeanwhile(source).toJSON() };
  const sent: SentPart[] = [];
  for (let session = 1; ; session++) {
    // A new transfer has the clients of a new session.
    const transfer = newTransfer(invocation, route, source, state);
    const run = await sendRun(transfer, uploadId, parts.slice(sent.length), {
      computed,
      hasTimeFor: (bytes, pace) => hasTimeFor(invocation, bytes, pace),
    });
    sent.push(...run.sent);
    const { failure } = run;
    if (failure?.code === 'SessionExpired' && session < SESSIONS) {
      clients.forgetSessions(route);
      continue;
    }
    logger.info('parts sent', { source: `${source}`, first, last, sent: sent.length, failure: failure?.toJSON() });
    if (failure && !isWorthRepeating(failure)) return { failure: failure.toJSON() };
    if (failure && sent.length === 0) throw failure;
    return answerOf(sent, request);
  }
}

/** The lease may have expired, if Lambda has kept the execution waiting. No worker runs without a slot. */
async function slotLost({ slots, signal }: Invocation, execution: string): Promise<RelayError | undefined> {
  try {
    await slots.hold(execution, signal);
    return undefined;
  } catch (error) {
    if (error instanceof RelayError && error.code === 'LargeObjectsBusy') return error;
    throw error;
  }
}

function partsOf({ pin, partSizeBytes, first, last, digest }: PartsRequest): Part[] {
  if (digest !== undefined) return partsOfSource({ first, last }, partSizeBytes);
  return splitIntoParts(pin.sizeBytes, partSizeBytes).slice(first - 1, last);
}

function answerOf(sent: SentPart[], { first, last }: PartsRequest): SentParts {
  const next = first + sent.length;
  return {
    eTags: sent.map(({ eTag }) => eTag.slice(1, -1)),
    crc32s: sent.flatMap(({ crc32 }) => (crc32 ? [crc32.crc] : [])),
    lengths: sent.flatMap(({ crc32, digest }) => (crc32 && digest !== undefined ? [crc32.lengthBytes] : [])),
    digests: sent.flatMap(({ digest }) => digest ?? []),
    ...(next <= last && { next }),
  };
}

/** As much of the state as reading the object and recognizing it takes. */
function pinnedState({ sizeBytes, eTag, versionId, lastModified }: PartsRequest['pin']): SourceState {
  return {
    sizeBytes,
    eTag,
    versionId,
    lastModified: lastModified === undefined ? undefined : new Date(lastModified),
    proof: { kind: 'none' },
    storageClass: 'STANDARD',
    restore: undefined,
    headers: {},
    altered: [],
  };
}
