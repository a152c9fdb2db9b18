/** Reads a small object into memory. */
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Reader } from '../aws/reader.ts';
import { RelayError } from '../core/errors.ts';
import { placeOf, type SourceObject } from '../core/source-object.ts';
import { sourceFailure } from '../failures/classify.ts';
import { BUFFERED_MAX_BYTES } from './plan.ts';
import { type SourceState, stateOf } from './source-state.ts';

/** An object at one moment, with its bytes if it is small. */
export interface Snapshot {
  state: SourceState;
  body?: Buffer;
}

/**
 * Reads the newest version without a HEAD before: the answer to GET has all that HEAD would tell, since the reader's client asks for
 * checksums. This saves one request for a small object. A larger object is not read.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export async function readSnapshot(
  { s3, owner }: Reader,
  source: SourceObject,
  signal: AbortSignal,
): Promise<Snapshot> {
  const command = new GetObjectCommand(placeOf(source, owner));
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
 * Copies each piece into one buffer at once. Keeping the pieces and joining them at the end would take the memory twice.
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
