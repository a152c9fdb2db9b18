/** Decides what a replay does about an object along a route. Pure. */
import type { Fate } from '../ledger/read.ts';
import type { ListedObject } from './list-page.ts';

export interface Verdict {
  does: 'send' | 'nothing, delivered' | 'nothing, failed' | 'nothing, archived' | 'nothing, under way';
  /** Whether the object should have had a receipt by now. Only a reconciliation asks. */
  isMissing: boolean;
}

/** What a reconciliation knows besides. */
export interface Reconciliation {
  /** Milliseconds since the epoch: when it began. */
  asOf: number;
  /** Milliseconds since the epoch: nobody expects a receipt of what was uploaded before. */
  since: number;
  missingAfterSeconds: number;
  /** Whether the route pulls. Then no event tells of an upload, and the reconciliation itself relays it. */
  isPulled: boolean;
}

/** Slow uploads and slow deliveries move more than this. */
const BYTES_PER_SECOND = 4 * 1024 ** 2;
/** As long as an execution of relay-large may take. */
const LONGEST_SECONDS = 7 * 86_400;
/** What is pulled daily has a receipt after the second day at the latest. */
const PULLED_SECONDS = 2 * 86_400;

/**
 * | fate      | a replay | a reconciliation                                                          |
 * |-----------|----------|---------------------------------------------------------------------------|
 * | delivered | nothing  | nothing                                                                   |
 * | failed    | send     | nothing: whoever mends the cause redrives                                 |
 * | open      | send     | nothing while it is under way (if it isn't pulled), then send and missing |
 *
 * Neither sends what must be restored first.
 */
export function verdictOf(object: ListedObject, fate: Fate, reconciliation: Reconciliation | undefined): Verdict {
  if (fate === 'delivered') return { does: 'nothing, delivered', isMissing: false };
  const does = object.isArchived ? 'nothing, archived' : 'send';
  if (!reconciliation) return { does, isMissing: false };
  if (fate === 'failed') return { does: 'nothing, failed', isMissing: false };
  const { asOf, since, isPulled } = reconciliation;
  const uploadedAt = object.lastModified.getTime();
  const isDue = asOf - uploadedAt >= 1000 * patienceSeconds(object.sizeBytes, reconciliation);
  if (!isDue && !isPulled) return { does: 'nothing, under way', isMissing: false };
  return { does, isMissing: isDue && uploadedAt >= since };
}

/** S3 dates an upload in parts from its beginning, so a large object is given time for its upload, and for its delivery. */
function patienceSeconds(sizeBytes: number, { missingAfterSeconds, isPulled }: Reconciliation): number {
  const moving = Math.min(sizeBytes / BYTES_PER_SECOND, LONGEST_SECONDS);
  return missingAfterSeconds + moving + (isPulled ? PULLED_SECONDS : 0);
}
