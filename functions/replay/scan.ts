import { asRelayError } from '../errors.ts';
import { NOTHING_YET, type ReplayRequest, type ReplayTotals } from '../request/replay-request.ts';
import { effortOf } from './estimate.ts';
import { listPage } from './list-page.ts';
import { type Task, withoutReceipt } from './receipts.ts';
import type { Replay } from './replay.ts';
import { routesOf, type Scope } from './scope.ts';
import { sendTasks } from './send-tasks.ts';

/** How far a step came. */
export interface Scanned {
  totals: ReplayTotals;
  /** As JSON has it; absent when there was none to list. */
  lastKey?: string;
  isLast: boolean;
}

/** A step ends at whichever comes first. A billion keys are 20,000 steps then, and a crash repeats a minute's work at most. */
export const KEYS_PER_STEP = 50_000;
const STEP_MS = 60_000;

/**
 * Goes through several pages of the listing, and sends what is to be sent. What fails after the first page leaves
 * that page done: the next step begins where it failed.
 * @throws RelayError
 */
export async function scan(
  replay: Replay,
  request: ReplayRequest,
  scope: Scope,
  startAfter: string | undefined,
): Promise<Scanned> {
  const endsAt = replay.now() + STEP_MS;
  let scanned: Scanned = { totals: NOTHING_YET, isLast: scope.prefix === undefined };
  while (!scanned.isLast && scanned.totals.scanned < KEYS_PER_STEP && replay.now() < endsAt) {
    try {
      const page = await scanPage(replay, request, scope, scanned.lastKey ?? startAfter);
      const lastKey = page.lastKey ?? scanned.lastKey;
      scanned = {
        totals: sumOf(scanned.totals, page.totals),
        isLast: page.isLast,
        ...(lastKey !== undefined && { lastKey }),
      };
    } catch (error) {
      if (scanned.lastKey === undefined) throw error;
      replay.logger.warn('the next step begins here', { ...scanned, failure: asRelayError(error).toJSON() });
      break;
    }
  }
  replay.logger.info('scanned', { ...scanned });
  return scanned;
}

/** Totals of one after the other; the longest is that of either. Pure. */
export function sumOf(one: ReplayTotals, other: ReplayTotals): ReplayTotals {
  return {
    scanned: one.scanned + other.scanned,
    alreadyDelivered: one.alreadyDelivered + other.alreadyDelivered,
    toSend: one.toSend + other.toSend,
    bytes: one.bytes + other.bytes,
    requests: one.requests + other.requests,
    invocationSeconds: one.invocationSeconds + other.invocationSeconds,
    longestSeconds: Math.max(one.longestSeconds, other.longestSeconds),
    dollars: one.dollars + other.dollars,
  };
}

async function scanPage(
  replay: Replay,
  { only, dryRun }: ReplayRequest,
  scope: Scope,
  startAfter: string | undefined,
): Promise<Scanned> {
  const { objects, isLast } = await listPage(replay, scope, startAfter);
  const asked = objects.flatMap((object) => routesOf(scope, object).map((route): Task => ({ object, route })));
  const tasks = only === 'all' ? asked : await withoutReceipt(replay, asked);
  if (!dryRun) await sendTasks(replay, tasks);
  const lastKey = objects.at(-1)?.key;
  const counts = { scanned: objects.length, alreadyDelivered: asked.length - tasks.length };
  return {
    totals: tasks.reduce((sum, { object }) => sumOf(sum, totalsOf(replay, object.sizeBytes)), {
      ...NOTHING_YET,
      ...counts,
    }),
    isLast,
    ...(lastKey !== undefined && { lastKey }),
  };
}

function totalsOf({ config }: Replay, sizeBytes: number): ReplayTotals {
  return { ...NOTHING_YET, ...effortOf(sizeBytes, config.relay), toSend: 1, bytes: sizeBytes };
}
