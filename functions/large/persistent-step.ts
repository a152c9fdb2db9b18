import { delaySeconds } from '../delivery/postpone.ts';
import { asRelayError, RelayError, type RelayErrorCode, type RelayErrorDetails } from '../errors.ts';
import type { LargeRun } from './large-run.ts';

/** Tries of one step, with pauses that grow to a quarter of an hour and cost nothing. */
export const ATTEMPTS = 5;

/** A step that meets these is over: the object is begun afresh, with another upload. */
const BEGIN_AFRESH: readonly RelayErrorCode[] = ['SourceChanged', 'UploadGone', 'ChecksumRefused'];

/** An error's type does not survive a checkpoint, so a failure travels as a value. */
export type Outcome<T> = { value: T } | { failure: Record<string, unknown> };

/**
 * Does something once, as far as anybody can: its result, which must be JSON, stands in the checkpoint. What may pass is
 * tried again; what won't, or has been tried often enough, is thrown as the RelayError that it was.
 */
export async function persistentStep<T>(run: LargeRun, name: string, work: () => Promise<T>): Promise<T> {
  const { context, invocation, route } = run;
  const outcome = await context.step(
    name,
    async ({ attempt }): Promise<Outcome<T>> => {
      try {
        return { value: await work() };
      } catch (error) {
        const failure = asRelayError(error, { source: `${run.request.source}` });
        if (failure.code === 'SessionExpired') invocation.clients.forgetWriter(route);
        if (isWorthRepeating(failure) && attempt < ATTEMPTS) {
          invocation.logger.warn('will be tried again', { step: name, failure: failure.toJSON() });
          throw failure;
        }
        return { failure: failure.toJSON() };
      }
    },
    { retryStrategy: (_, attempt) => ({ shouldRetry: true, delay: pauseBefore(run, attempt) }) },
  );
  if ('failure' in outcome) throw failureFrom(outcome.failure);
  return outcome.value;
}

/** Whether doing the same again, in the same upload, may help. */
export function isWorthRepeating({ retryable, code }: RelayError): boolean {
  return retryable && !BEGIN_AFRESH.includes(code);
}

/** The same each time it is asked: an execution that is replayed must come to the same decisions. */
export function pauseBefore({ invocation }: LargeRun, attempt: number): { seconds: number } {
  return { seconds: delaySeconds(invocation.config.retryDelaySeconds, attempt, 0) };
}

/** What `toJSON` of a RelayError has written down. */
export function failureFrom(json: Record<string, unknown>): RelayError {
  return new RelayError(json as unknown as RelayErrorDetails);
}
