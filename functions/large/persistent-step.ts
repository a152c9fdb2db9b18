/** The steps of an execution of relay-large: which failures are retried, and with which backoff. */
import { durableStep } from '../core/durable-step.ts';
import { isNotBegun, type RelayError, type RelayErrorCode } from '../core/errors.ts';
import { delaySeconds } from '../core/retry-delay.ts';
import type { LargeRun } from './large-run.ts';

/** These failures end a step: the object is begun afresh, with another upload. */
const BEGIN_AFRESH: readonly RelayErrorCode[] = ['SourceChanged', 'UploadGone', 'ChecksumRefused', 'SourceCorrupt'];

/** @throws RelayError a permanent failure, or the last attempt's */
export function persistentStep<T>(run: LargeRun, name: string, work: () => Promise<T>): Promise<T> {
  const { context, invocation, route } = run;
  return durableStep(context, name, work, {
    where: { source: `${run.request.source}` },
    // An execution does not wait for a role. The queue does, and its alarm shows that.
    isWorthRepeating: (failure) => isWorthRepeating(failure) && !isNotBegun(failure),
    onFailure(failure, willBeRepeated) {
      if (failure.code === 'SessionExpired') invocation.clients.forgetSessions(route);
      if (willBeRepeated) invocation.logger.warn('will be tried again', { step: name, failure: failure.toJSON() });
    },
    pauseBefore: (attempt) => pauseBefore(run, attempt),
  });
}

/**
 * The same, after renewing the lease of the slot: it lasts until the next step, unless Lambda keeps the execution waiting.
 * @throws RelayError also `LargeObjectsBusy`, if the lease has expired and others hold all slots
 */
export function stepInSlot<T>(run: LargeRun, name: string, work: () => Promise<T>): Promise<T> {
  const { slots, signal } = run.invocation;
  return persistentStep(run, name, async () => {
    await slots.hold(run.execution, signal);
    return work();
  });
}

/** Whether another attempt in the same upload may succeed. */
export function isWorthRepeating({ retryable, code }: RelayError): boolean {
  return retryable && !BEGIN_AFRESH.includes(code);
}

/** Deterministic: an execution that is replayed must come to the same decisions. */
export function pauseBefore({ invocation }: LargeRun, attempt: number): { seconds: number } {
  return { seconds: delaySeconds(invocation.config.retryDelaySeconds, attempt, 0) };
}
