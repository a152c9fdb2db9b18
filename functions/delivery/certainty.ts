import { RelayError } from '../errors.ts';
import type { RelayReceipt } from './receipt.ts';

/**
 * A write that went unanswered may land when newer ones have been delivered and settled, and nobody would look afterwards.
 * So the object is relayed once more when nothing of it can be under way any longer.
 * @throws RelayError `WriteUnanswered`, which sends the message back for a while
 */
export function requireCertainty(receipts: readonly RelayReceipt[]): void {
  const doubtful = receipts.find(({ certain }) => !certain);
  if (!doubtful) return;
  const { source } = doubtful;
  throw new RelayError({
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
