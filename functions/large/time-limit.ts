/** Until when the upload of a large object must be complete. */
import { RelayError } from '../core/errors.ts';
import { UPLOAD_SECONDS } from '../transfer/plan-large.ts';

/** Later the execution has no time left, and the destination removes the parts. */
export function untilOf(startedAt: Date): string {
  return new Date(startedAt.getTime() + UPLOAD_SECONDS * 1000).toISOString();
}

/** @param story what comes after the object's name in the message */
export function tooSlow(source: string, story: string): RelayError {
  return new RelayError({
    code: 'OutOfTime',
    message: `${source} ${story} in ${UPLOAD_SECONDS / 86_400} days. Raise relay.largeWorkers (and relay.maximumConcurrency), then relay it again.`,
    retryable: false,
    operation: 'UploadPart',
    source,
  });
}
