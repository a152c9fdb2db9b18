/** The steps of an execution of relay-large: which failures are retried, and with which backoff. */
import { durableStep } from '../core/durable-step.ts';
import { isNoTry, type RelayError, type RelayErrorCode } from '../core/errors.ts';
import { delaySeconds } from '../core/retry-delay.ts';
import type { LargeRun } from './large-run.ts';

/** A step that meets these is over: the object is begun afresh, with another upload. */
const BEGIN_AFRESH: readonly RelayErrorCode[] = ['SourceChanged', 'UploadGone', 'ChecksumRefused', 'SourceCorrupt'];

/**
 * A step of a large object's execution.
 * @throws RelayError what no repetition helps, or didn't
 */
export function persistentStep<T>(run: LargeRun, name: string, work: () => Promise<T>): Promise<T> {
  const { context, invocation, route } = run;
  return durableStep(context, name, work, {
    where: { source: `${run.request.source}` },
    // An execution doesn't wait for a role: that is for the queue, where the alarm sees it.
    isWorthRepeating: (failure) => isWorthRepeating(failure) && !isNoTry(failure),
    onFailure(failure, willBeRepeated) {
      if (failure.code === 'SessionExpired') invocation.clients.forgetSessions(route);
      if (willBeRepeated) invocation.logger.warn('will be tried again', { step: name, failure: failure.toJSON() });
    },
    pauseBefore: (attempt) => pauseBefore(run, attempt),
  });
}

/**
 * The same, with a slot held anew first: it lasts until the next one, unless Lambda keeps the execution waiting.
 * @throws RelayError `LargeObjectsBusy` besides, where the slot was lost and others have all there are
 */
export function stepInSlot<T>(run: LargeRun, name: string, work: () => Promise<T>): Promise<T> {
  const { slots, signal } = run.invocation;
  return persistentStep(run, name, async () => {
    await slots.hold(run.execution, signal);
    return work();
  });
}

/** Whether doing the same again, in the same upload, may help. */
export function isWorthRepeating({ retryable, code }: RelayError): boolean {
  return retryable && !BEGIN_AFRESH.includes(code);
}

/** The same each time it is asked: an execution that is replayed must come to the same decisions. */
export function pauseBefore({ invocation }: LargeRun, attempt: number): { seconds: number } {
  return { seconds: delaySeconds(invocation.config.retryDelaySeconds, attempt, 0) };
}
