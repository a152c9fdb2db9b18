import { NOTHING_YET, type ReplayRequest, type ReplayTotals } from '../request/replay-request.ts';
import { planOf, type ReplayPlan } from './estimate.ts';
import { handOver } from './hand-over.ts';
import { pauseSeconds } from './pace.ts';
import type { ReplayRun } from './replay-run.ts';
import { replayStep } from './replay-step.ts';
import { type Scanned, scan, sumOf } from './scan.ts';
import { scopeOf } from './scope.ts';

export interface ReplaySummary {
  /** `handed over`: another execution goes on after the last key. */
  status: 'done' | 'handed over';
  /** Since the very beginning, by earlier executions too. */
  scanned: number;
  alreadyDelivered: number;
  /** Left alone, since they can't be read before they are restored; absent when there are none. */
  archived?: number;
  sent: number;
  /** Of what was sent. */
  bytes: number;
  /** The last one listed; none when there was none. */
  lastKey?: string;
  /** In a dry run: what would be sent. */
  plan?: ReplayPlan;
  /** The name of the execution that goes on. */
  execution?: string;
}

/** Each is a durable operation, and every tenth has a pause with it: 1,982 with the first and the hand-over, of 3,000. */
export const STEPS_PER_EXECUTION = 1_800;
/** With a pause after each one: 2,202. */
export const PACED_STEPS_PER_EXECUTION = 1_100;
/** Ten minutes of an invocation's fifteen at the most: the pause after them ends it, and a fresh one goes on. */
const STEPS_PER_INVOCATION = 10;
const HOUR_MS = 3_600_000;

/**
 * Goes through the source bucket in the order of its keys, and sends what shall be relayed into the queue. A crash repeats
 * one step at the most, and what is sent twice does no harm.
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
  const execution = await handOver(run, { ...request, goOn: { startAfter: lastKey!, totals } });
  return { ...summaryOf(run, request, totals, lastKey), status: 'handed over', execution };
}

/** Read off the clock once: whatever is repeated or goes on in another execution must look for the same objects. */
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
