import { setTimeout as sleep } from 'node:timers/promises';
import { UploadPartCommand } from '@aws-sdk/client-s3';
import type { RelayError } from '../errors.ts';
import { requireAnswer } from './answered.ts';
import { type Crc32Part, crc32ToBase64 } from './crc32.ts';
import type { Part } from './plan.ts';
import { streamThrough } from './stream-through.ts';
import type { Transfer } from './transfer.ts';

export interface SentPart {
  number: number;
  eTag: string;
  /** Only when asked for: where the source's own checksum can't be handed on. */
  crc32: Crc32Part | undefined;
}

export interface SendPartOptions {
  computeCrc32: boolean;
  signal: AbortSignal;
}

const ATTEMPTS = 3;
const BACKOFF_MS = 200;

/**
 * Sends one range: the body of UploadPart is the GET's stream, so no part is ever held in memory.
 * The SDK can't repeat a stream, so a failed part is repeated here, by asking for the range again.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
 */
export async function sendPart(
  transfer: Transfer,
  uploadId: string,
  part: Part,
  options: SendPartOptions,
): Promise<SentPart> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(transfer, uploadId, part, options);
    } catch (error) {
      const failure = error as RelayError;
      // A changed source can't be read on, and an expired session needs a new client: the object starts afresh, not the part.
      const hopeless = !failure.retryable || ['SourceChanged', 'SessionExpired', 'OutOfTime'].includes(failure.code);
      if (hopeless || attempt === ATTEMPTS || options.signal.aborted) throw failure;
      await sleep(Math.random() * BACKOFF_MS * 2 ** attempt);
    }
  }
}

async function sendOnce(
  transfer: Transfer,
  uploadId: string,
  part: Part,
  { computeCrc32, signal }: SendPartOptions,
): Promise<SentPart> {
  const { writer, destination } = transfer;
  const { answer, crc32 } = await streamThrough(
    transfer,
    { range: part, computeCrc32, signal },
    {
      operation: 'UploadPart',
      send(Body, abortSignal) {
        const command = new UploadPartCommand({
          Bucket: destination.bucket,
          Key: destination.key,
          UploadId: uploadId,
          PartNumber: part.number,
          ContentLength: part.lengthBytes,
          ExpectedBucketOwner: destination.account,
          Body,
        });
        return writer.send(command, { abortSignal });
      },
    },
  );
  const known = crc32 && ({ algorithm: 'CRC32', value: crc32ToBase64(crc32.crc) } as const);
  return { number: part.number, eTag: requireAnswer(transfer, 'UploadPart', answer, known), crc32 };
}
