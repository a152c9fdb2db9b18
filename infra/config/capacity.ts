/** Refuses settings under which an object or the queue would not get enough time or concurrency. */
import { neededSeconds } from '../../functions/invocation/deadline.ts';
import { LEAST_FOR_LARGE, LEAST_FOR_QUEUE } from './concurrency.ts';
import { type Mistakes, refusal } from './mistakes.ts';
import type { RelayContext } from './relay-context.ts';

/**
 * One invocation must have time for the largest object that it accepts, or it would start that object again and again: see
 * functions/invocation/deadline.ts.
 * The sentence names both fields, since either may have been left to its default.
 */
export function* refuseTooLittleTime({ relay }: RelayContext): Mistakes {
  const { largeObjectBytes, timeoutSeconds } = relay;
  const needed = neededSeconds(largeObjectBytes);
  if (needed <= timeoutSeconds) return;
  yield refusal(
    'relay.relay.largeObjectBytes',
    largeObjectBytes,
    `an invocation may need ${needed} s for so many bytes, and "relay.relay.timeoutSeconds" is ${timeoutSeconds}; lower the first or raise the second`,
  );
}

/** Neither the queue nor a large object would have its share: see concurrency.ts. */
export function* refuseTooLittleConcurrency({ relay: { maximumConcurrency, largeObjects } }: RelayContext): Mistakes {
  const least = LEAST_FOR_QUEUE + LEAST_FOR_LARGE;
  if (!largeObjects || maximumConcurrency >= least) return;
  yield refusal(
    'relay.relay.maximumConcurrency',
    maximumConcurrency,
    `must be ${least} at least, ${LEAST_FOR_QUEUE} for the queue and ${LEAST_FOR_LARGE} for a large object; or set "relay.relay.largeObjects" to false`,
  );
}
