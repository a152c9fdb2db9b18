/** A step of a durable execution whose failures stay RelayErrors. */
import type { DurableContext } from '@aws/durable-execution-sdk-js';
import { asRelayError, RelayError, type RelayErrorDetails } from './errors.ts';

/** Attempts of one step. The pauses between them grow to a quarter of an hour and cost nothing. */
export const ATTEMPTS = 5;

/** An error loses its type in a checkpoint, so a failure is checkpointed as a value. */
type Outcome<T> = { value: T } | { failure: Record<string, unknown> };

export interface StepOptions {
  /** Added to an error that does not say it. */
  where: Partial<RelayErrorDetails>;
  /** Whether another attempt may succeed. */
  isWorthRepeating: (failure: RelayError) => boolean;
  /** Called for each failure. */
  onFailure: (failure: RelayError, willBeRepeated: boolean) => void;
  /** Deterministic: an execution that is replayed must come to the same decisions. */
  pauseBefore: (attempt: number) => { seconds: number };
}

/**
 * Runs a step until its result, which must be JSON, is in the checkpoint; after that it is not run again. Transient failures are retried.
 * @throws RelayError the permanent failure, or the last attempt's
 */
export async function durableStep<T>(
  context: DurableContext,
  name: string,
  work: () => Promise<T>,
  { where, isWorthRepeating, onFailure, pauseBefore }: StepOptions,
): Promise<T> {
  const outcome = await context.step(
    name,
    async ({ attempt }): Promise<Outcome<T>> => {
      try {
        return { value: await work() };
      } catch (error) {
        const failure = asRelayError(error, where);
        const willBeRepeated = isWorthRepeating(failure) && attempt < ATTEMPTS;
        onFailure(failure, willBeRepeated);
        if (willBeRepeated) throw failure;
        return { failure: failure.toJSON() };
      }
    },
    { retryStrategy: (_, attempt) => ({ shouldRetry: true, delay: pauseBefore(attempt) }) },
  );
  if ('failure' in outcome) throw failureFrom(outcome.failure);
  return outcome.value;
}

/** The RelayError that `toJSON` has written. */
export function failureFrom(json: Record<string, unknown>): RelayError {
  return new RelayError(json as unknown as RelayErrorDetails);
}
