import type { DurableContext } from '@aws/durable-execution-sdk-js';
import { asRelayError, RelayError, type RelayErrorDetails } from './errors.ts';

/** Tries of one step, with pauses that grow to a quarter of an hour and cost nothing. */
export const ATTEMPTS = 5;

/** An error's type does not survive a checkpoint, so a failure travels as a value. */
type Outcome<T> = { value: T } | { failure: Record<string, unknown> };

export interface StepOptions {
  /** Added to an error that says nothing of it. */
  where: Partial<RelayErrorDetails>;
  /** Whether doing the same again may help. */
  isWorthRepeating: (failure: RelayError) => boolean;
  /** Told of each failure. */
  onFailure: (failure: RelayError, willBeRepeated: boolean) => void;
  /** The same each time it is asked: an execution that is replayed must come to the same decisions. */
  pauseBefore: (attempt: number) => { seconds: number };
}

/**
 * Does something once, as far as anybody can: its result, which must be JSON, stands in the checkpoint. What may pass is
 * tried again; what won't, or has been tried often enough, is thrown as the RelayError that it was.
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

/** What `toJSON` of a RelayError has written down. */
export function failureFrom(json: Record<string, unknown>): RelayError {
  return new RelayError(json as unknown as RelayErrorDetails);
}
