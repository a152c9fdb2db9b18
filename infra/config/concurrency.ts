/** How `relay.maximumConcurrency` is shared out. */
export interface Shares {
  /** Invocations of the relay that the queue may have at once. */
  queue: number;
  /** Large objects that may be under way at once. */
  slots: number;
  /** relay-part functions that may be at one of them at once. */
  workers: number;
}

/** The fields of `relay` in cdk.json that say it. */
export interface ConcurrencySettings {
  maximumConcurrency: number;
  largeWorkers: number;
  largeObjects: boolean;
}

/** Lambda's least for a queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
export const LEAST_FOR_QUEUE = 2;
/** relay-large and one worker. */
export const LEAST_FOR_LARGE = 2;
/** Large objects get this share at most, so that small objects always keep a third. */
const MOST_FOR_LARGE = 2 / 3;

/**
 * Divides `maximumConcurrency`: queue + slots × (1 + workers) never exceeds it. A slot is relay-large and its workers. The queue gets the
 * rest that is too small for a slot. Pure.
 */
export function sharesOf({ maximumConcurrency, largeWorkers, largeObjects }: ConcurrencySettings): Shares {
  if (!largeObjects) return { queue: maximumConcurrency, slots: 0, workers: 0 };
  const most = Math.min(Math.floor(maximumConcurrency * MOST_FOR_LARGE), maximumConcurrency - LEAST_FOR_QUEUE);
  const workers = Math.min(largeWorkers, most - 1);
  const slots = Math.floor(most / (1 + workers));
  return { queue: maximumConcurrency - slots * (1 + workers), slots, workers };
}
