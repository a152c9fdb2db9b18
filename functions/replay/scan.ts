import { asRelayError } from '../core/errors.ts';
import { withoutReceipt } from '../ledger/read.ts';
import { NOTHING_YET, type ReplayRequest, type ReplayTotals } from '../request/replay-request.ts';
import type { Replay } from './context.ts';
import { effortOf } from './estimate.ts';
import { type ListedObject, listPage, type Task } from './list-page.ts';
import { tasksPerStep } from './pace.ts';
import { routesOf, type Scope } from './scope.ts';
import { sendTasks } from './send-tasks.ts';

/** How far a step came. */
export interface Scanned {
  totals: ReplayTotals;
  /** As JSON has it; absent when there was none to list. */
  lastKey?: string;
  isLast: boolean;
  /** What the next pause is reckoned by. */
  durationMs: number;
}

type ScannedPage = Omit<Scanned, 'durationMs'>;

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
  const startedAt = replay.now();
  const mostTasks = tasksPerStep(request);
  let scanned: ScannedPage = { totals: NOTHING_YET, isLast: scope.prefix === undefined };
  const hasRoom = () =>
    scanned.totals.scanned < KEYS_PER_STEP && scanned.totals.toSend < mostTasks && replay.now() < startedAt + STEP_MS;
  // A page at least, however long the process was frozen: a step that does nothing would be repeated without end.
  const mayGoOn = () => !scanned.isLast && (scanned.lastKey === undefined || hasRoom());
  while (mayGoOn()) {
    try {
      const tasksLeft = mostTasks - scanned.totals.toSend;
      const page = await scanPage(replay, request, scope, {
        startAfter: scanned.lastKey ?? startAfter,
        mostTasks,
        tasksLeft,
      });
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
  return { ...scanned, durationMs: replay.now() - startedAt };
}

/** Totals of one after the other; the longest is that of either. Pure. */
export function sumOf(one: ReplayTotals, other: ReplayTotals): ReplayTotals {
  return {
    scanned: one.scanned + other.scanned,
    alreadyDelivered: one.alreadyDelivered + other.alreadyDelivered,
    archived: one.archived + other.archived,
    toSend: one.toSend + other.toSend,
    bytes: one.bytes + other.bytes,
    requests: one.requests + other.requests,
    invocationSeconds: one.invocationSeconds + other.invocationSeconds,
    largeSeconds: one.largeSeconds + other.largeSeconds,
    longestSeconds: Math.max(one.longestSeconds, other.longestSeconds),
    dollars: one.dollars + other.dollars,
  };
}

interface Stretch {
  startAfter: string | undefined;
  /** What the step may send in all: no more keys are listed at a time, so that none is listed in vain when all are missing. */
  mostTasks: number;
  /** What it may send yet. */
  tasksLeft: number;
}

async function scanPage(
  replay: Replay,
  { only, dryRun }: ReplayRequest,
  scope: Scope,
  { startAfter, mostTasks, tasksLeft }: Stretch,
): Promise<ScannedPage> {
  const page = await listPage(replay, scope, startAfter, mostTasks);
  const askedOf = (objects: readonly ListedObject[]) =>
    objects.flatMap((object) => routesOf(scope, object).map((route): Task => ({ object, route })));
  const asked = askedOf(page.objects);
  const missing = only === 'all' ? asked : await withoutReceipt(replay, asked);
  const readable = missing.filter(({ object }) => !object.isArchived);
  const { objects, tasks } = firstOf(page.objects, readable, tasksLeft);
  if (!dryRun) await sendTasks(replay, tasks);
  const lastKey = objects.at(-1)?.key;
  const done = new Set(objects);
  const archived = missing.filter(({ object }) => object.isArchived && done.has(object)).length;
  const alreadyDelivered = askedOf(objects).length - tasks.length - archived;
  const counts = { scanned: objects.length, alreadyDelivered, archived };
  return {
    totals: tasks.reduce((sum, { object }) => sumOf(sum, totalsOf(replay, object.sizeBytes)), {
      ...NOTHING_YET,
      ...counts,
    }),
    isLast: page.isLast && objects.length === page.objects.length,
    ...(lastKey !== undefined && { lastKey }),
  };
}

/** As many objects as the tasks allow. One goes along all its routes, or waits for the next step; the first one always goes. Pure. */
function firstOf(objects: readonly ListedObject[], missing: readonly Task[], tasksLeft: number) {
  const byKey = Map.groupBy(missing, ({ object }) => object.key);
  const tasks: Task[] = [];
  let count = 0;
  for (const { key } of objects) {
    const own = byKey.get(key) ?? [];
    if (tasks.length > 0 && tasks.length + own.length > tasksLeft) break;
    tasks.push(...own);
    count += 1;
  }
  return { objects: objects.slice(0, count), tasks };
}

function totalsOf({ config }: Replay, sizeBytes: number): ReplayTotals {
  return { ...NOTHING_YET, ...effortOf(sizeBytes, config.relay), toSend: 1, bytes: sizeBytes };
}
