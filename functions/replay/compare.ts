/** Compares objects with the ledger, and sends those that are missing. */
import { type Fate, fatesOf } from '../ledger/read.ts';
import { NOTHING_YET, type ReplayRequest, type ReplayTotals } from '../request/replay-request.ts';
import { effortOf } from './estimate.ts';
import type { ListedObject, Task } from './list-page.ts';
import type { Replay } from './replay-run.ts';
import { routesOf, type Scope } from './scope.ts';
import { sendTasks } from './send-tasks.ts';
import { type Reconciliation, type Verdict, verdictOf } from './verdict.ts';

export interface Compared {
  totals: ReplayTotals;
  /** Those that are done: the first ones, as many as the limit of messages allows. */
  objects: ListedObject[];
}

/** A task, and what is done about it. */
type Judged = Verdict & { task: Task };

/** So many names are enough to look for the cause. */
const NAMES_PER_LINE = 10;

/**
 * @param tasksLeft the most messages to send
 * @throws RelayError
 */
export async function compare(
  replay: Replay,
  request: ReplayRequest,
  scope: Scope,
  objects: readonly ListedObject[],
  tasksLeft: number,
): Promise<Compared> {
  const asked = tasksOf(scope, objects);
  const fates = request.only === 'all' ? asked.map((): Fate => 'open') : await fatesOf(replay, asked);
  const reconciliation = reconciliationOf(replay, request, scope);
  const judged = asked.map((task, index): Judged => {
    return { task, ...verdictOf(task.object, fates[index]!, reconciliation) };
  });
  const wanted = judged.filter(({ does }) => does === 'send').map(({ task }) => task);
  const { objects: done, tasks } = firstOf(objects, wanted, tasksLeft);
  if (!request.dryRun) await sendTasks(replay, tasks);
  const isDone = new Set(done);
  const counted = judged.filter(({ task }) => isDone.has(task.object));
  nameMissing(replay, counted);
  const totals: ReplayTotals = {
    ...sumOfEfforts(replay, tasks),
    ...countsOf(counted),
    ...(reconciliation && oldestOf(counted, reconciliation)),
    scanned: done.length,
    compared: request.only === 'all' ? 0 : asked.length,
  };
  return { totals, objects: done };
}

/** An object counts once for each route that takes it. */
export function tasksOf(scope: Scope, objects: readonly ListedObject[]): Task[] {
  return objects.flatMap((object) => routesOf(scope, object).map((route): Task => ({ object, route })));
}

/** The totals of two stretches; of their longest times, the longer one counts. Pure. */
export function sumOf(one: ReplayTotals, other: ReplayTotals): ReplayTotals {
  const sum = { ...one };
  for (const name of Object.keys(sum) as (keyof ReplayTotals)[]) sum[name] += other[name];
  const longest = (name: 'longestSeconds' | 'oldestMissingSeconds') => Math.max(one[name], other[name]);
  return {
    ...sum,
    longestSeconds: longest('longestSeconds'),
    oldestMissingSeconds: longest('oldestMissingSeconds'),
  };
}

function reconciliationOf(
  { config }: Replay,
  { reconcile, asOf }: ReplayRequest,
  { since, pulling }: Scope,
): Reconciliation | undefined {
  if (!reconcile) return undefined;
  const { missingAfterSeconds } = config.reconciliation;
  return { asOf: Date.parse(asOf!), since, missingAfterSeconds, isPulled: pulling !== undefined };
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

function sumOfEfforts({ config }: Replay, tasks: readonly Task[]): ReplayTotals {
  return tasks.reduce((sum, { object: { sizeBytes } }) => {
    return sumOf(sum, { ...NOTHING_YET, ...effortOf(sizeBytes, config.relay), toSend: 1, bytes: sizeBytes });
  }, NOTHING_YET);
}

function countsOf(judged: readonly Judged[]) {
  const countOf = (verdict: Verdict['does']) => judged.filter(({ does }) => does === verdict).length;
  return {
    alreadyDelivered: countOf('nothing, delivered'),
    archived: countOf('nothing, archived'),
    failed: countOf('nothing, failed'),
    underWay: countOf('nothing, under way'),
    missing: judged.filter(({ isMissing }) => isMissing).length,
  };
}

function oldestOf(judged: readonly Judged[], { asOf }: Reconciliation) {
  const ages = judged.map(({ isMissing, task }) => (isMissing ? asOf - task.object.lastModified.getTime() : 0));
  return { oldestMissingSeconds: Math.max(0, ...ages) / 1000 };
}

function nameMissing({ logger }: Replay, judged: readonly Judged[]): void {
  const missing = judged.filter(({ isMissing }) => isMissing);
  if (missing.length === 0) return;
  const objects = missing.slice(0, NAMES_PER_LINE).map(({ task: { object, route } }) => {
    return { key: object.key, route, lastModified: object.lastModified.toISOString() };
  });
  logger.warn('no receipt', { count: missing.length, objects });
}
