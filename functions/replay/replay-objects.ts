/** Replays a bucket: sends what is missing at the destination to the relay's queue, step by step. */
import { NOTHING_YET, type ReplayRequest, type ReplayTotals } from '../request/replay-request.ts';
import { sumOf } from './compare.ts';
import { planOf, type ReplayPlan } from './estimate.ts';
import { handOver } from './hand-over.ts';
import type { Place, Scanned } from './pieces.ts';
import { firstPlace, fixReconciliation, tellFound } from './reconcile.ts';
import { type ReplayRun, replayStep } from './replay-run.ts';
import { pauseSeconds, scan } from './scan.ts';
import { scopeOf } from './scope.ts';

export interface ReplaySummary {
  /** `handed over`: another execution continues after the last key. */
  status: 'done' | 'handed over';
  /** Including earlier executions. */
  scanned: number;
  alreadyDelivered: number;
  /** Not sent, since they must be restored first; absent when there are none. */
  archived?: number;
  /** Of a reconciliation: how many should have had a receipt, the age of the oldest, and what else was not sent. */
  missing?: number;
  oldestMissingSeconds?: number;
  failed?: number;
  underWay?: number;
  /** The manifest of the inventory that was read instead of a listing. */
  inventory?: string;
  sent: number;
  /** Of the objects that were sent. */
  bytes: number;
  /** The last key listed; absent when there was none. */
  lastKey?: string;
  /** Of a dry run: what would be sent. */
  plan?: ReplayPlan;
  /** The name of the execution that continues. */
  execution?: string;
}

/** Each step is a durable operation, and every tenth has a pause: 1,982 of 3,000 operations, with the first and the hand-over. */
export const STEPS_PER_EXECUTION = 1_800;
/** With a pause after each step: 2,205 operations. */
export const PACED_STEPS_PER_EXECUTION = 1_100;
/** At most ten of an invocation's fifteen minutes. The pause after them ends the invocation, and a fresh one continues. */
const STEPS_PER_INVOCATION = 10;
/** Steps that first look for their place in an inventory take longer than a minute. */
const BUSY_MS_PER_INVOCATION = 8 * 60_000;
const HOUR_MS = 3_600_000;

/**
 * Goes through the source bucket in the order of its keys. A crash repeats at most one step, and a message that is sent twice does no
 * harm.
 * @throws RelayError
 */
export async function replayObjects(run: ReplayRun, asked: ReplayRequest): Promise<ReplaySummary> {
  const request = await withFixedTimes(run, asked);
  const scope = scopeOf(request, run.config);
  let { totals, ...place }: { totals: ReplayTotals } & Place = request.goOn
    ? { totals: request.goOn.totals, lastKey: request.goOn.startAfter, inventory: request.goOn.inventory }
    : { totals: NOTHING_YET, ...(await firstPlace(run, request)) };
  let stepsWithoutPause = 0;
  let busyMs = 0;
  const mayPauseEachTime = request.objectsPerSecond !== undefined || place.inventory !== undefined;
  const steps = mayPauseEachTime ? PACED_STEPS_PER_EXECUTION : STEPS_PER_EXECUTION;
  for (let step = 1; step <= steps; step++) {
    const from = place;
    const scanned: Scanned = await replayStep(run, `keys ${step}`, () => scan(run, request, scope, from));
    totals = sumOf(totals, scanned.totals);
    place = { lastKey: scanned.lastKey ?? from.lastKey, inventory: scanned.inventory ?? from.inventory };
    if (scanned.isLast) {
      if (request.reconcile && !request.dryRun) await tellFound(run, totals);
      return summaryOf(run, request, totals, place);
    }
    stepsWithoutPause += 1;
    if (place.inventory) busyMs += scanned.durationMs;
    const seconds = pauseSeconds(request, scanned);
    if (seconds > 0) await run.context.wait('so that others get their turn', { seconds });
    else if (stepsWithoutPause === STEPS_PER_INVOCATION || busyMs >= BUSY_MS_PER_INVOCATION)
      await run.context.wait('for a fresh invocation', { seconds: 1 });
    else continue;
    stepsWithoutPause = 0;
    busyMs = 0;
  }
  const { lastKey: startAfter, inventory } = place;
  const goOn = { startAfter, inventory, totals };
  const execution = await handOver(run, { ...request, goOn }, goOn);
  return { ...summaryOf(run, request, totals, place), status: 'handed over', execution };
}

/** Reads the clock once: a repeated step and a later execution must look for the same objects. */
async function withFixedTimes(run: ReplayRun, asked: ReplayRequest): Promise<ReplayRequest> {
  if (asked.goOn) return asked;
  const { newerThanHours, ...request } = asked;
  const since = async () => new Date(run.now() - newerThanHours! * HOUR_MS).toISOString();
  const fixed = newerThanHours === undefined ? request : { ...request, since: await replayStep(run, 'since', since) };
  return fixed.reconcile ? fixReconciliation(run, fixed) : fixed;
}

function summaryOf(
  { config }: ReplayRun,
  { dryRun, objectsPerSecond, reconcile }: ReplayRequest,
  totals: ReplayTotals,
  { lastKey, inventory }: Place,
): ReplaySummary {
  const { scanned, alreadyDelivered, archived, toSend, bytes } = totals;
  const { missing, oldestMissingSeconds, failed, underWay } = totals;
  return {
    status: 'done',
    scanned,
    alreadyDelivered,
    ...(archived > 0 && { archived }),
    ...(reconcile && { missing, oldestMissingSeconds, failed, underWay }),
    ...(inventory && { inventory: inventory.manifest }),
    sent: dryRun ? 0 : toSend,
    bytes: dryRun ? 0 : bytes,
    ...(lastKey !== undefined && { lastKey }),
    ...(dryRun && { plan: planOf(totals, config.relay, objectsPerSecond) }),
  };
}
