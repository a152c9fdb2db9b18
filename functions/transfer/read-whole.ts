import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Reader } from '../aws/reader.ts';
import { RelayError } from '../core/errors.ts';
import type { SourceObject } from '../core/source-object.ts';
import { sourceFailure } from '../failures/classify.ts';
import { BUFFERED_MAX_BYTES } from './plan.ts';
import { type SourceState, stateOf } from './source-state.ts';

/** An object at one moment, with its bytes where they came along. */
export interface Snapshot {
  state: SourceState;
  body?: Buffer;
}

/**
 * Reads the newest version at once: the answer to GET says all that HEAD would (readers ask for the checksum by themselves), which
 * saves a small object a request. One that turns out not to be small is left unread.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export async function readSnapshot(
  { s3, owner }: Reader,
  source: SourceObject,
  signal: AbortSignal,
): Promise<Snapshot> {
  const command = new GetObjectCommand({
    Bucket: source.bucket,
    Key: source.key,
    ExpectedBucketOwner: owner,
  });
  const answer = await s3.send(command, { abortSignal: signal }).catch((error: unknown) => {
    throw sourceFailure(error, 'GetObject', source);
  });
  const state = stateOf(answer);
  const stream = answer.Body as Readable;
  if (state.sizeBytes <= BUFFERED_MAX_BYTES) return { state, body: await readWhole(stream, source, state.sizeBytes) };
  stream.destroy();
  return { state };
}

/**
 * Into one buffer from the first byte on: pieces that were kept and then joined would take the room twice, and for longer.
 * @throws RelayError `TransferFailed` when the stream doesn't end when it should
 */
export async function readWhole(stream: Readable, source: SourceObject, sizeBytes: number): Promise<Buffer> {
  const body = Buffer.allocUnsafe(sizeBytes);
  let readBytes = 0;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      piece.copy(body, Math.min(readBytes, sizeBytes));
      readBytes += piece.length;
    }
  } catch (error) {
    throw sourceFailure(error, 'GetObject', source);
  }
  if (readBytes === sizeBytes) return body;
  throw new RelayError({
    code: 'TransferFailed',
    message: `GetObject on ${source} ended after ${readBytes} of ${sizeBytes} bytes. It will be tried again.`,
    retryable: true,
    operation: 'GetObject',
    source: `${source}`,
  });
}
