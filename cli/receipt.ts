/** Receipts as the ledger keeps them, in the one shape that they have everywhere: in answers, events and on the terminal. */
import type { AlreadyThereReceipt, FailedReceipt, Receipt } from '../functions/ledger/receipt.ts';
import { printable } from './terminal/printable.ts';

/** The item's facts by name. */
export type Item = Record<string, string | number | undefined>;

/** What an answer and an event tell besides, and the ledger does not keep. */
export const NOT_KEPT = [
  'source.uploadedAt',
  'source.versionHint',
  'certain',
  'failure.retryable',
  'failure.operation',
  'failure.source',
  'failure.destination',
];

type Kept<R extends { source: object }> = Omit<R, 'source' | 'certain'> & {
  source: Omit<R['source'], 'uploadedAt' | 'versionHint'>;
};

export type KeptReceipt = Kept<Receipt> | Kept<AlreadyThereReceipt> | FailedReceipt;

/** The receipt of a ledger's item. Pure. */
export function receiptOf(item: Item): KeptReceipt {
  const text = (name: string) => item[name] as string;
  const number = (name: string) => item[name] as number;
  const source = { bucket: text('sourceBucket'), key: text('sourceKey'), versionId: text('sourceVersionId') };
  const written = { ...source, eTag: text('sourceETag'), sizeBytes: number('sizeBytes'), sequencer: sequencerOf(item) };
  const destination = { bucket: text('destinationBucket'), key: text('destinationKey') };
  const { route } = item as { route: string };
  const times = { attempts: number('attempts'), startedAt: text('startedAt'), durationMs: number('durationMs') };
  switch (item['status']) {
    case 'failed': {
      const failure = { code: item['reasonCode'], message: item['reason'] };
      return { status: 'failed', route, source: { ...source, sequencer: sequencerOf(item) }, failure, ...times };
    }
    case 'already there':
      return { status: 'already there', route, source: written, destination, ...times };
    default:
      return {
        status: 'delivered',
        route,
        source: written,
        destination: { ...destination, versionId: text('destinationVersionId'), eTag: text('destinationETag') },
        checksum: {
          algorithm: item['checksumAlgorithm'] as Receipt['checksum']['algorithm'],
          value: text('checksumValue'),
          type: 'FULL_OBJECT',
          origin: item['checksumOrigin'] as Receipt['checksum']['origin'],
          verifiedBy: 'destination',
          answered: text('checksumAnswered'),
        },
        transfer: { kind: item['transferKind'] as Receipt['transfer']['kind'], parts: number('parts') },
        altered: text('altered')?.split(', ') ?? [],
        ...times,
      };
  }
}

/** A receipt in a line for people. */
export function sentenceOf(receipt: KeptReceipt): string {
  if (receipt.status === 'failed') {
    const { code, message } = receipt.failure;
    return `failed ${code}: ${printable(String(message))}\n       It lies in the dead-letter queue.`;
  }
  const { bucket, key } = receipt.destination;
  const where = `${receipt.status} s3://${bucket}/${printable(key)}`;
  if (receipt.status === 'already there') return where;
  return `${where}, which has verified ${receipt.checksum.algorithm} ${receipt.checksum.value}`;
}

/** The ledger pads sequencers with zeros on the right, so that they compare as text. S3's have 18 digits, as far as is known. */
function sequencerOf(item: Item): string | undefined {
  return (item['sequencer'] as string | undefined)?.replace(/(?<=^.{18,}?)0+$/, '');
}
