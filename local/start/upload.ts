/** Puts files into the source bucket as any program with the SDK would. */
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import pMap from 'p-map';
import { UserError } from '../../cli/terminal/user-error.ts';
import { runningChecksum } from '../../emulator/index.ts';
import type { Delivery } from './delivery.ts';
import type { Drop } from './drops.ts';
import { openFile, UnreadableError } from './walk.ts';

const MIB = 1024 ** 2;
const DROPS_IN_FLIGHT = 8;
/** S3's limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAX_PARTS = 10_000;
const MIN_PART_BYTES = 5 * MIB;
/** Where there are many: a third of the work goes, and four parts of each upload are in memory. */
const USUAL_PART_BYTES = 16 * MIB;
const MANY_PARTS = 64;

export interface UploadProgress {
  /** So many bytes of a drop have gone into the source bucket. */
  sent(drop: Drop, sentBytes: number): void;
  uploaded(drop: Drop): void;
  /** It can't be read any more. */
  skipped(drop: Drop, reason: string): void;
  failed(delivery: Delivery, reason: string): void;
}

/** Drops each file, until `signal` is aborted. What comes of it is told to `progress`. */
export async function dropAll(
  s3: S3Client,
  bucket: string,
  deliveries: readonly Delivery[],
  progress: UploadProgress,
  signal: AbortSignal,
): Promise<void> {
  const byDrop = Map.groupBy(deliveries, ({ drop }) => drop);
  const dropOne = async ([drop, ofDrop]: [Drop, Delivery[]]) => {
    if (signal.aborted) return;
    try {
      await upload(s3, bucket, drop, progress, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof UnreadableError) progress.skipped(drop, error.message);
      else for (const delivery of ofDrop) progress.failed(delivery, `not uploaded: ${(error as Error).message}`);
      return;
    }
    for (const delivery of ofDrop) delivery.droppedAt = Date.now();
    progress.uploaded(drop);
  };
  await pMap(byDrop, dropOne, { concurrency: DROPS_IN_FLIGHT });
}

async function upload(
  s3: S3Client,
  bucket: string,
  drop: Drop,
  progress: UploadProgress,
  signal: AbortSignal,
): Promise<void> {
  const file = await openFile(drop.path);
  try {
    const before = await file.stat();
    drop.sizeBytes = before.size;
    const crc = runningChecksum('CRC32');
    const bytes = async function* () {
      let readBytes = 0;
      for await (const chunk of file.createReadStream({ highWaterMark: MIB, autoClose: false })) {
        crc.update(chunk as Buffer);
        readBytes += (chunk as Buffer).length;
        yield chunk;
      }
      const after = await file.stat();
      const isSame = after.mtimeMs === before.mtimeMs && after.size === before.size && readBytes === before.size;
      if (!isSame) throw new UserError('the file changed while it was read');
    };
    const sending = new Upload({
      client: s3,
      params: {
        Bucket: bucket,
        Key: drop.key,
        Body: Readable.from(bytes(), { objectMode: false, highWaterMark: MIB }),
      },
      partSize: partSizeOf(drop.sizeBytes),
    });
    sending.on('httpUploadProgress', ({ loaded = 0 }) => progress.sent(drop, loaded));
    const abort = () => void sending.abort();
    signal.addEventListener('abort', abort);
    await sending.done().finally(() => signal.removeEventListener('abort', abort));
    drop.crc32 = (await crc.digest()).toString('base64');
  } finally {
    await file.close();
  }
}

function partSizeOf(sizeBytes: number): number {
  const usual = Math.min(USUAL_PART_BYTES, Math.ceil(sizeBytes / MANY_PARTS));
  return Math.max(MIN_PART_BYTES, usual, Math.ceil(sizeBytes / MAX_PARTS));
}
