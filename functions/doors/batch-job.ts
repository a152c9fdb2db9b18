/** The door of S3 Batch Operations: relays the tasks of a job and answers for each of them. */
import { asRelayError } from '../core/errors.ts';
import type { Invocation } from '../invocation/invocation.ts';
import type { RelayReceipt } from '../ledger/receipt.ts';
import { publishEvents } from '../reporting/publish-events.ts';
import {
  type BatchAnswer,
  type BatchJob,
  type BatchResult,
  batchAnswer,
  batchTaskId,
  parseBatchJob,
  parseBatchTask,
} from '../request/batch-operations.ts';
import { relayAtOnce } from './relay-at-once.ts';

/** S3 Batch Operations cuts off longer result strings in its completion report. */
const RESULT_CHARACTERS = 1024;

/**
 * Each task has its own result, so the job's completion report holds every reason. A task without an id can have no result;
 * `treatMissingKeysAs` of the answer covers it.
 * @throws RelayError `BadEvent` when no task has an id
 */
export async function relayBatchJob(invocation: Invocation, event: unknown): Promise<BatchAnswer> {
  const job = parseBatchJob(event);
  const results = await Promise.allSettled(job.tasks.map((task) => answerTask(invocation, job, task)));
  await publishEvents(invocation);
  const answered = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  const unknown = results.find((result) => result.status === 'rejected');
  if (unknown) invocation.logger.error('a task without an id', { failure: asRelayError(unknown.reason).toJSON() });
  if (unknown && answered.length === 0) throw unknown.reason;
  return batchAnswer(job, answered);
}

/** @throws RelayError `BadEvent` for a task without an id, and for nothing else */
async function answerTask(invocation: Invocation, job: BatchJob, task: unknown): Promise<BatchResult> {
  const taskId = batchTaskId(task);
  try {
    // Tasks of two jobs may have the same id, as far as S3 documents it; a task that is repeated keeps its name.
    const name = `${job.job?.id ?? ''}/${taskId}`;
    const receipts = await relayAtOnce(invocation, parseBatchTask(job, task), name);
    const where = receipts.map(placeOf).join(' ');
    return { taskId, resultCode: 'Succeeded', resultString: (where || 'no route').slice(0, RESULT_CHARACTERS) };
  } catch (error) {
    const failure = asRelayError(error);
    invocation.logger.error('not relayed', { taskId, failure: failure.toJSON() });
    const resultCode = failure.retryable ? 'TemporaryFailure' : 'PermanentFailure';
    const resultString = `${failure.code}: ${failure.message}`.slice(0, RESULT_CHARACTERS);
    return { taskId, resultCode, resultString };
  }
}

function placeOf(receipt: RelayReceipt): string {
  if (receipt.status === 'started') return `started ${receipt.execution}`;
  if (receipt.status === 'gone')
    return `gone, and delivered before: s3://${receipt.source.bucket}/${receipt.source.key}`;
  const place = `s3://${receipt.destination.bucket}/${receipt.destination.key}`;
  return receipt.status === 'already there' ? `already there ${place}` : place;
}
