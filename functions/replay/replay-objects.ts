/** Replays a bucket: sends what is missing at the destination to the relay's queue, step by step. */
import { NOTHING_YET, type ReplayRequest, type ReplayTotals } from '../request/replay-request.ts';
import { planOf, type ReplayPlan } from './estimate.ts';
import { handOver } from './hand-over.ts';
import { type ReplayRun, replayStep } from './replay-run.ts';
import { pauseSeconds, type Scanned, scan, sumOf } from './scan.ts';
import { scopeOf } from './scope.ts';

export interface ReplaySummary {
  /** `handed over`: another execution continues after the last key. */
  status: 'done' | 'handed over';
  /** Including earlier executions. */
  scanned: number;
  alreadyDelivered: number;
  /** Not sent, since they must be restored first; absent when there are none. */
  archived?: number;
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
/** With a pause after each step: 2,202 operations. */
export const PACED_STEPS_PER_EXECUTION = 1_100;
/** At most ten of an invocation's fifteen minutes. The pause after them ends the invocation, and a fresh one continues. */
const STEPS_PER_INVOCATION = 10;
const HOUR_MS = 3_600_000;

/**
 * Goes through the source bucket in the order of its keys. A crash repeats at most one step, and a message that is sent twice does no
 * harm.
 * @throws RelayError
 */
export async function replayObjects(run: ReplayRun, asked: ReplayRequest): Promise<ReplaySummary> {
  const request = await withFixedTimes(run, asked);
  const scope = scopeOf(request, run.config);
  let totals = request.goOn?.totals ?? NOTHING_YET;
  let lastKey = request.goOn?.startAfter;
  let stepsWithoutPause = 0;
  const steps = request.objectsPerSecond === undefined ? STEPS_PER_EXECUTION : PACED_STEPS_PER_EXECUTION;
  for (let step = 1; step <= steps; step++) {
    const startAfter = lastKey;
    const scanned: Scanned = await replayStep(run, `keys ${step}`, () => scan(run, request, scope, startAfter));
    totals = sumOf(totals, scanned.totals);
    lastKey = scanned.lastKey ?? lastKey;
    if (scanned.isLast) return summaryOf(run, request, totals, lastKey);
    stepsWithoutPause += 1;
    const seconds = pauseSeconds(request, scanned);
    if (seconds > 0) await run.context.wait('so that others get their turn', { seconds });
    else if (stepsWithoutPause === STEPS_PER_INVOCATION)
      await run.context.wait('for a fresh invocation', { seconds: 1 });
    else continue;
    stepsWithoutPause = 0;
  }
  const goOn = { startAfter: lastKey!, totals };
  const execution = await handOver(run, { ...request, goOn }, goOn);
  return { ...summaryOf(run, request, totals, lastKey), status: 'handed over', execution };
}

/** Reads the clock once: a repeated step and a later execution must look for the same objects. */
async function withFixedTimes(run: ReplayRun, asked: ReplayRequest): Promise<ReplayRequest> {
  const { newerThanHours, ...request } = asked;
  if (newerThanHours === undefined) return request;
  const since = await replayStep(run, 'since', async () =>
    new Date(run.now() - newerThanHours * HOUR_MS).toISOString(),
  );
  return { ...request, since };
}

function summaryOf(
  { config }: ReplayRun,
  { dryRun, objectsPerSecond }: ReplayRequest,
  totals: ReplayTotals,
  lastKey: string | undefined,
): ReplaySummary {
  const { scanned, alreadyDelivered, archived, toSend, bytes } = totals;
  return {
    status: 'done',
    scanned,
    alreadyDelivered,
    ...(archived > 0 && { archived }),
    sent: dryRun ? 0 : toSend,
    bytes: dryRun ? 0 : bytes,
    ...(lastKey !== undefined && { lastKey }),
    ...(dryRun && { plan: planOf(totals, config.relay, objectsPerSecond) }),
  };
}
