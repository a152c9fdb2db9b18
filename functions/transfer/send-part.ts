/** Sends one part of an upload, with retries. */
import { UploadPartCommand } from '@aws-sdk/client-s3';
import type { RelayError, RelayErrorCode } from '../core/errors.ts';
import { retry } from '../core/retry.ts';
import { placeOf } from '../core/source-object.ts';
import { requireAnswer } from './answered.ts';
import { type Crc32Part, crc32ToBase64 } from './crc32.ts';
import type { Part } from './plan.ts';
import { type Computed, streamThrough } from './stream-through.ts';
import type { Transfer } from './transfer.ts';

export interface SentPart {
  number: number;
  eTag: string;
  /** Undefined where the destination verifies the source's own checksum. */
  crc32: Crc32Part | undefined;
  /** As base64; undefined unless the source's own parts are compared. */
  digest: string | undefined;
}

export interface SendPartOptions {
  computed: Computed;
  signal: AbortSignal;
}

const ATTEMPTS = 3;
const BACKOFF_MS = 200;
/** A changed source can't be read any further, and an expired session needs a new client: the whole object is begun afresh. */
const STARTS_AFRESH: readonly RelayErrorCode[] = ['SourceChanged', 'SessionExpired', 'OutOfTime'];

/**
 * Sends a range, or one of the source's own parts where digests are compared. The body of UploadPart is the stream of the GET, so no
 * part is held in memory. The SDK can't repeat a stream, so a failed part is retried here, with another GET.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
 */
export async function sendPart(
  transfer: Transfer,
  uploadId: string,
  part: Part,
  options: SendPartOptions,
): Promise<SentPart> {
  return await retry<SentPart, RelayError>(() => sendOnce(transfer, uploadId, part, options), {
    attempts: ATTEMPTS,
    isTransient: ({ retryable, code }) => retryable && !STARTS_AFRESH.includes(code) && !options.signal.aborted,
    backoffMs: (failed) => Math.random() * BACKOFF_MS * 2 ** failed,
  });
}

async function sendOnce(
  transfer: Transfer,
  uploadId: string,
  part: Part,
  { computed, signal }: SendPartOptions,
): Promise<SentPart> {
  const { writer, destination } = transfer;
  const { number, offsetBytes, lengthBytes } = part;
  const piece = offsetBytes === undefined ? { partNumber: number } : { range: { offsetBytes, lengthBytes } };
  const { answer, passed } = await streamThrough(
    transfer,
    { ...piece, computed, signal },
    {
      operation: 'UploadPart',
      send(Body, ContentLength, abortSignal) {
        const command = new UploadPartCommand({
          ...placeOf(destination, destination.account),
          UploadId: uploadId,
          PartNumber: number,
          ContentLength,
          Body,
        });
        return writer.send(command, { abortSignal });
      },
    },
  );
  const known = passed && ({ algorithm: 'CRC32', value: crc32ToBase64(passed.crc) } as const);
  const eTag = requireAnswer(transfer, 'UploadPart', answer, known);
  return { number, eTag, crc32: passed, digest: passed?.digest };
}
