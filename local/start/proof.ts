/** Compares a delivered object with the file that was uploaded. */
import { HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { type ChecksumAlgorithm, runningChecksum } from '../../emulator/index.ts';
import { type Drop, openDrop } from './drops.ts';
import { reasonOf } from './walk.ts';

export interface Proof {
  holds: boolean;
  /** For people: which checksum, or what differs. */
  text: string;
  /** What the destination has verified. */
  checksum?: { algorithm: ChecksumAlgorithm; value: string };
}

/**
 * Compares the destination's checksum with the file itself, so that the proof covers the whole way and not only the relay's part. The file
 * is read once more only if the destination has another checksum than the one that was computed while it was uploaded.
 */
export async function proveDelivery(s3: S3Client, bucket: string, key: string, drop: Drop): Promise<Proof> {
  const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
  if (head.ContentLength !== drop.sizeBytes) return failed(`${head.ContentLength} bytes instead of ${drop.sizeBytes}`);
  const stored = head.ChecksumType === 'FULL_OBJECT' ? storedChecksum(head) : undefined;
  if (!stored) return failed('the destination has no checksum over the whole object');
  const computed = await checksumOf(drop, stored.algorithm).catch((error: unknown) => ({ reason: reasonOf(error) }));
  if (typeof computed !== 'string') return failed(`its file can’t be read again: ${computed.reason}`);
  if (stored.value !== computed) return failed(`${stored.algorithm} ${stored.value} instead of ${computed}`);
  return { holds: true, text: `${stored.algorithm} ${stored.value}`, checksum: stored };
}

function storedChecksum(head: HeadObjectCommandOutput): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  if (head.ChecksumCRC64NVME) return { algorithm: 'CRC64NVME', value: head.ChecksumCRC64NVME };
  if (head.ChecksumCRC32) return { algorithm: 'CRC32', value: head.ChecksumCRC32 };
  return undefined;
}

async function checksumOf(drop: Drop, algorithm: ChecksumAlgorithm): Promise<string> {
  if (algorithm === 'CRC32' && drop.crc32 !== undefined) return drop.crc32;
  const running = runningChecksum(algorithm);
  for await (const chunk of openDrop(drop)) running.update(chunk as Buffer);
  return (await running.digest()).toString('base64');
}

function failed(text: string): Proof {
  return { holds: false, text };
}
