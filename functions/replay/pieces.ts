/** How a replay goes through objects: piece by piece, from one place to the next. */
import type { InventoryPlace, ReplayTotals } from '../request/replay-request.ts';

/** How far a replay has come. Nothing of it is set at the beginning of a listing. */
export interface Place {
  lastKey?: string | undefined;
  /** Instead of a key: the rows of an inventory come in any order. */
  inventory?: InventoryPlace | undefined;
}

/** How far a step came. */
export interface Scanned extends Place {
  totals: ReplayTotals;
  isLast: boolean;
  /** The next pause depends on it. */
  durationMs: number;
}

/** Some objects that are compared at once. */
export type Piece = Omit<Scanned, 'durationMs'>;

/** Goes through objects piece by piece. */
export interface Pieces {
  /** What a step may do before it ends, besides its time and its messages. */
  keysPerStep: number;
  /** Goes to its place; the step's time begins afterwards. */
  open(): Promise<void>;
  /** @throws RelayError */
  next(room: Room): Promise<Piece>;
  close(): void;
}

export interface Room {
  /** What the whole step may send. A page lists no more keys than this, so that no key is listed in vain when all are missing. */
  mostTasks: number;
  /** What the step may still send. */
  tasksLeft: number;
}
