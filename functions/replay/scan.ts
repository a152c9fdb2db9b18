/** One step of a replay: lists some pages, compares them with the ledger, and sends what is missing at the pace asked for. */
import { asRelayError } from '../core/errors.ts';
import { withoutReceipt } from '../ledger/read.ts';
import { NOTHING_YET, type ReplayRequest, type ReplayTotals } from '../request/replay-request.ts';
import { effortOf } from './estimate.ts';
import { type ListedObject, listPage, type Task } from './list-page.ts';
import type { Replay } from './replay-run.ts';
import { routesOf, type Scope } from './scope.ts';
import { sendTasks } from './send-tasks.ts';

/** How far a step came. */
export interface Scanned {
  totals: ReplayTotals;
  /** Absent when no key was listed. */
  lastKey?: string;
  isLast: boolean;
  /** The next pause depends on it. */
  durationMs: number;
}

type ScannedPage = Omit<Scanned, 'durationMs'>;

/**
 * A step ends at whichever limit comes first. A billion keys are then 20,000 steps, and a crash repeats at most the work of a minute.
 */
export const KEYS_PER_STEP = 50_000;
const STEP_MS = 60_000;
/**
 * A step may send at once what half a minute allows. Shorter steps would spread the messages more evenly, but each step and each
 * pause is one of an execution's 3,000 operations, and the number of executions in a row is limited as well.
 */
const PACED_STEP_SECONDS = 30;

/**
 * Goes through several pages of the listing. When a page after the first one fails, the earlier pages stay done: the next step
 * begins at the page that failed.
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
  // At least one page, however long the process was frozen: a step that does nothing would be repeated for ever.
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

/** How many messages a step may send; at least one. Pure. */
function tasksPerStep({ objectsPerSecond, dryRun }: ReplayRequest): number {
  if (objectsPerSecond === undefined || dryRun) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(objectsPerSecond * PACED_STEP_SECONDS));
}

/** Whole seconds until the next step may send, according to the step's checkpoint. Pure. */
export function pauseSeconds({ objectsPerSecond, dryRun }: ReplayRequest, { totals, durationMs }: Scanned): number {
  if (objectsPerSecond === undefined || dryRun) return 0;
  return Math.max(0, Math.ceil(totals.toSend / objectsPerSecond - durationMs / 1000));
}

/** The totals of two stretches; of their longest times, the longer one counts. Pure. */
export function sumOf(one: ReplayTotals, other: ReplayTotals): ReplayTotals {
  const sum = { ...one };
  for (const name of Object.keys(sum) as (keyof ReplayTotals)[]) sum[name] += other[name];
  return { ...sum, longestSeconds: Math.max(one.longestSeconds, other.longestSeconds) };
}

interface Stretch {
  startAfter: string | undefined;
  /** What the whole step may send. A page lists no more keys than this, so that no key is listed in vain when all are missing. */
  mostTasks: number;
  /** What the step may still send. */
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

/**
 * As many objects as the limit of messages allows. An object goes along all its routes at once, or waits for the next step. The
 * first object always goes. Pure.
 */
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
