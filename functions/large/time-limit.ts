/** Until when the upload of a large object must be complete. */
import { RelayError } from '../core/errors.ts';
import { UPLOAD_SECONDS } from '../transfer/plan-large.ts';

/** When the upload must be complete: an execution has no more time, and the destination keeps parts no longer. */
export function untilOf(startedAt: Date): string {
  return new Date(startedAt.getTime() + UPLOAD_SECONDS * 1000).toISOString();
}

/** @param story what comes after the object's name */
export function tooSlow(source: string, story: string): RelayError {
  return new RelayError({
    code: 'OutOfTime',
    message: `${source} ${story} in ${UPLOAD_SECONDS / 86_400} days. Raise relay.largeWorkers (and relay.maximumConcurrency), then relay it again.`,
    retryable: false,
    operation: 'UploadPart',
    source,
  });
}
