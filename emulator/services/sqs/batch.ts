/** The rules that the three batch operations share (SQS API Reference, e.g. SendMessageBatch). */
import { ApiError } from '../../core/api.ts';
import { MAXIMUM_MESSAGE_SIZE_BYTES, queryErrorCode } from './errors.ts';
import type { Input } from './input.ts';

const MAXIMUM_ENTRIES = 10;

export interface BatchAnswer {
  Successful?: Record<string, unknown>[];
  Failed?: { Id: string; SenderFault: boolean; Code: string; Message: string }[];
}

/**
 * Checks the batch as a whole, then does each entry by itself: one that fails doesn't stop the others.
 * @throws ApiError EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct
 */
export function runBatch(entries: Input[], run: (entry: Input) => Record<string, unknown>): BatchAnswer {
  checkEntries(entries.map((entry) => entry.text('Id')));
  const successful: NonNullable<BatchAnswer['Successful']> = [];
  const failed: NonNullable<BatchAnswer['Failed']> = [];
  for (const entry of entries) {
    const Id = entry.text('Id');
    try {
      successful.push({ Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failed.push({ Id, SenderFault: error.status < 500, Code: queryErrorCode(error.code), Message: error.message });
    }
  }
  return {
    ...(successful.length > 0 ? { Successful: successful } : {}),
    ...(failed.length > 0 ? { Failed: failed } : {}),
  };
}

function checkEntries(ids: string[]): void {
  if (ids.length === 0) {
    throw new ApiError('EmptyBatchRequest', 400, 'There should be at least one entry in the request.');
  }
  if (ids.length > MAXIMUM_ENTRIES) {
    throw new ApiError(
      'TooManyEntriesInBatchRequest',
      400,
      `Maximum number of entries per request are ${MAXIMUM_ENTRIES}. You have sent ${ids.length}.`,
    );
  }
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    throw new ApiError(
      'InvalidBatchEntryId',
      400,
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw new ApiError('BatchEntryIdsNotDistinct', 400, `Id ${repeated} repeated.`);
}

/** @throws ApiError BatchRequestTooLong: the sum over a batch has the limit of one message */
export function checkBatchSize(sizeBytes: number): void {
  if (sizeBytes <= MAXIMUM_MESSAGE_SIZE_BYTES) return;
  const message = `Batch requests cannot be longer than ${MAXIMUM_MESSAGE_SIZE_BYTES} bytes. You have sent ${sizeBytes} bytes.`;
  throw new ApiError('BatchRequestTooLong', 400, message);
}
