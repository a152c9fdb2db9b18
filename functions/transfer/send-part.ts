import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UploadPartCommand } from '@aws-sdk/client-s3';
import type { RelayError } from '../errors.ts';
import { type Crc32Part, Crc32Tap } from './crc32.ts';
import { destinationFailure, sourceFailure } from './failures.ts';
import { openPinned } from './pinned-read.ts';
import type { Part } from './plan.ts';
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
  { reader, writer, source, state, destination }: Transfer,
  uploadId: string,
  part: Part,
  { computeCrc32, signal }: SendPartOptions,
): Promise<SentPart> {
  const stream = await openPinned(reader, source, state, { range: part, signal });
  const tap = computeCrc32 ? stream.pipe(new Crc32Tap()) : undefined;
  const broken = brokenRead(stream);
  try {
    const command = new UploadPartCommand({
      Bucket: destination.bucket,
      Key: destination.key,
      UploadId: uploadId,
      PartNumber: part.number,
      ContentLength: part.lengthBytes,
      ExpectedBucketOwner: destination.account,
      Body: tap ?? stream,
    });
    const abortSignal = AbortSignal.any([signal, broken.signal]);
    const { ETag } = await writer.send(command, { abortSignal });
    return { number: part.number, eTag: ETag!, crc32: tap?.part };
  } catch (error) {
    if (broken.signal.aborted) throw sourceFailure(broken.signal.reason, 'GetObject', source);
    throw destinationFailure(error, 'UploadPart', source, destination);
  } finally {
    stream.destroy();
    tap?.destroy();
  }
}

/** A read that breaks must end the write with it: piping alone would leave the write waiting for bytes for ever. */
function brokenRead(stream: Readable): AbortController {
  const broken = new AbortController();
  finished(stream).catch((error: unknown) => broken.abort(error));
  return broken;
}
