import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type Crc32Part, Crc32Tap } from './crc32.ts';
import { destinationFailure, sourceFailure } from './failures.ts';
import { type ByteRange, openPinned } from './pinned-read.ts';
import type { Transfer } from './transfer.ts';

export interface StreamOptions {
  /** Of the object; all of it, unless given. */
  range?: ByteRange;
  computeCrc32: boolean;
  signal: AbortSignal;
}

/** A request whose body is another one's answer. */
export interface Write<Answer> {
  operation: 'PutObject' | 'UploadPart';
  send(body: Readable, abortSignal: AbortSignal): Promise<Answer>;
}

/**
 * Lets a pinned read flow into a write, so that hardly anything of it is ever held in memory. The SDK can't repeat a stream: a write
 * that fails is repeated by whoever asked for it, by reading again.
 */
export async function streamThrough<Answer>(
  { reader, source, state, destination }: Transfer,
  { range, computeCrc32, signal }: StreamOptions,
  { operation, send }: Write<Answer>,
): Promise<{ answer: Answer; crc32: Crc32Part | undefined }> {
  const stream = await openPinned(reader, source, state, { ...(range && { range }), signal });
  const tap = computeCrc32 ? stream.pipe(new Crc32Tap()) : undefined;
  const broken = brokenRead(stream);
  try {
    const answer = await send(tap ?? stream, AbortSignal.any([signal, broken.signal]));
    return { answer, crc32: tap?.part };
  } catch (error) {
    if (broken.signal.aborted) throw sourceFailure(broken.signal.reason, 'GetObject', source);
    throw destinationFailure(error, operation, source, destination);
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
