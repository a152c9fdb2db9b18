import { RelayError } from '../errors.ts';
import type { RelayReceipt } from './receipt.ts';

/** @throws RelayError `WriteUnanswered`, which sends the object round once more */
export function requireCertainty(receipts: readonly RelayReceipt[]): void {
  const doubt = doubtIn(receipts);
  if (doubt) throw doubt;
}

/**
 * A write that went unanswered may land when newer ones have been delivered and settled, and nobody would look afterwards.
 * So the object is relayed once more when nothing of it can be under way any longer.
 * @returns RelayError `WriteUnanswered`, which sends the message back for a while
 */
export function doubtIn(receipts: readonly RelayReceipt[]): RelayError | undefined {
  const doubtful = receipts.find(({ certain }) => !certain);
  if (!doubtful) return undefined;
  const { source } = doubtful;
  return new RelayError({
    code: 'WriteUnanswered',
    message: `s3://${source.bucket}/${source.key} is relayed, but an earlier try of the write went unanswered and may yet land. It is relayed once more, later.`,
    retryable: true,
    operation: 'settle',
    source: `s3://${source.bucket}/${source.key}`,
    ...('destination' in doubtful && {
      destination: `s3://${doubtful.destination.bucket}/${doubtful.destination.key}`,
    }),
  });
}
