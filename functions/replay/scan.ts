/** One step of a replay: goes through some objects, compares them with the ledger, and sends what is missing at the pace asked for. */
import { asRelayError } from '../core/errors.ts';
import { NOTHING_YET, type ReplayRequest } from '../request/replay-request.ts';
import { compare, sumOf } from './compare.ts';
import { inventoryPieces } from './inventory-pieces.ts';
import { listPage } from './list-page.ts';
import type { Piece, Pieces, Place, Scanned } from './pieces.ts';
import type { Replay } from './replay-run.ts';
import type { Scope } from './scope.ts';

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
 * Goes through several pieces. When a piece after the first one fails, the earlier pieces stay done: the next step begins at the
 * piece that failed.
 * @throws RelayError
 */
export async function scan(replay: Replay, request: ReplayRequest, scope: Scope, from: Place): Promise<Scanned> {
  const startedAt = replay.now();
  const mostTasks = tasksPerStep(request);
  const pieces = from.inventory
    ? inventoryPieces(replay, request, scope, from.inventory)
    : listedPieces(replay, request, scope, from);
  let scanned: Piece = { totals: NOTHING_YET, isLast: scope.prefix === undefined };
  try {
    if (!scanned.isLast) await pieces.open();
    const openedAt = replay.now();
    const hasRoom = () =>
      scanned.totals.scanned < pieces.keysPerStep &&
      scanned.totals.toSend < mostTasks &&
      replay.now() < openedAt + STEP_MS;
    // At least one piece, however long the process was frozen: a step that does nothing would be repeated for ever.
    for (let count = 0; !scanned.isLast && (count === 0 || hasRoom()); count++) {
      try {
        const piece = await pieces.next({ mostTasks, tasksLeft: mostTasks - scanned.totals.toSend });
        scanned = { ...scanned, ...piece, totals: sumOf(scanned.totals, piece.totals) };
      } catch (error) {
        if (count === 0) throw error;
        replay.logger.warn('the next step begins here', { ...scanned, failure: asRelayError(error).toJSON() });
        break;
      }
    }
  } finally {
    pieces.close();
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

/** The pages of a listing, in the order of the keys. */
function listedPieces(replay: Replay, request: ReplayRequest, scope: Scope, { lastKey }: Place): Pieces {
  let startAfter = lastKey;
  return {
    keysPerStep: KEYS_PER_STEP,
    open: async () => undefined,
    close: () => undefined,
    async next({ mostTasks, tasksLeft }) {
      const page = await listPage(replay, scope, startAfter, mostTasks);
      const { totals, objects } = await compare(replay, request, scope, page.objects, tasksLeft);
      startAfter = objects.at(-1)?.key ?? startAfter;
      return {
        totals: { ...totals, listings: 1 },
        isLast: page.isLast && objects.length === page.objects.length,
        ...(startAfter !== undefined && { lastKey: startAfter }),
      };
    },
  };
}
