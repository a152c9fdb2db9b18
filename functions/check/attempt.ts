/** Tries a request that may be refused, and tells what a refusal means. */
import type { RelayErrorCode } from '../core/errors.ts';
import { rowOf } from '../failures/classify.ts';
import { type ErrorFacts, factsOf, hasNoCode } from '../failures/facts.ts';

/** The outcome of a request. */
export type Attempt<Answer = unknown> = { kind: 'done'; answer: Answer } | { kind: 'failed'; error: ErrorFacts };

export async function attempt<Answer>(request: Promise<Answer>): Promise<Attempt<Answer>> {
  try {
    return { kind: 'done', answer: await request };
  } catch (error) {
    return { kind: 'failed', error: factsOf(error) };
  }
}

const DENIALS: readonly RelayErrorCode[] = ['DestinationDenied', 'DestinationKeyDenied'];

/** Whether a policy refused the request. AWS answers 403 also for a wrong clock and a wrong signature. */
export function isRefusal(error: ErrorFacts): boolean {
  return (error.status === 401 || error.status === 403) && DENIALS.includes(rowOf(error, 'destination').code);
}

const BEFORE_RIGHTS: readonly RelayErrorCode[] = [
  'BucketMissing',
  'WrongRegion',
  'RegionNotEnabled',
  'AccountSuspended',
  'ClockSkewed',
  'SignatureRefused',
  'SessionExpired',
  'Throttled',
];

/**
 * Why no request to this bucket can tell anything more, if that is so: one line says it, and the others are not tried.
 * @returns undefined when the error may be about this request alone
 */
export function endOf(error: ErrorFacts): string | undefined {
  const { code } = rowOf(error, 'destination');
  if (code === 'BucketMissing') return 'there is no such bucket';
  return code === 'WrongRegion' ? 'the bucket is in another region' : undefined;
}

/** Whether AWS did not answer, or answered before it looked at permissions: the error tells nothing about them. */
export function isUndecided(error: ErrorFacts): boolean {
  const { status } = error;
  // An answer to HEAD does not say more. A wrong region and an expired session are among its reasons.
  if (hasNoCode(error) && status === 400) return true;
  return status === undefined || status >= 500 || BEFORE_RIGHTS.includes(rowOf(error, 'destination').code);
}
