import type { ReplayRequest } from '../request/replay-request.ts';
import type { Scanned } from './scan.ts';

/**
 * At once goes what half a minute is good for: less would be more even, but each step and each pause is one of an execution's
 * 3,000 operations, and only so many executions may follow each other.
 */
const STEP_SECONDS = 30;

/** How many tasks a step may send; one at least. Pure. */
export function tasksPerStep({ objectsPerSecond, dryRun }: ReplayRequest): number {
  if (objectsPerSecond === undefined || dryRun) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(objectsPerSecond * STEP_SECONDS));
}

/** Whole seconds until the next step may send, by what the step's checkpoint says. Pure. */
export function pauseSeconds({ objectsPerSecond, dryRun }: ReplayRequest, { totals, durationMs }: Scanned): number {
  if (objectsPerSecond === undefined || dryRun) return 0;
  return Math.max(0, Math.ceil(totals.toSend / objectsPerSecond - durationMs / 1000));
}
