/** Streams a read of the source into a write at the destination. */
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { destinationFailure, sourceFailure } from '../failures/classify.ts';
import { BodyTap, type Passed } from './body-tap.ts';
import { checksumValue } from './checksum.ts';
import { sourceCorrupt } from './digests.ts';
import { openPinned, type PinnedRead, type ReadOptions } from './pinned-read.ts';
import type { DigestAlgorithm } from './proof.ts';
import type { Transfer } from './transfer.ts';

/** What is computed from the bytes. */
export interface Computed {
  crc32: boolean;
  /** Also compared with S3's own digest of the bytes, which S3 tells for a part of the source. */
  digest?: DigestAlgorithm | undefined;
}

export interface StreamOptions extends ReadOptions {
  computed: Computed;
}

/** A request whose body is the answer of a read. */
export interface Write<Answer> {
  operation: 'PutObject' | 'UploadPart';
  send(body: Readable, lengthBytes: number, abortSignal: AbortSignal): Promise<Answer>;
}

/**
 * Only a few buffers are in memory at a time. The SDK can't retry a stream, so the caller retries a failed write with another read.
 * @throws RelayError as reads and writes do; `SourceCorrupt` for bytes that aren't those of the source, before the write ends
 */
export async function streamThrough<Answer>(
  { reader, source, state, destination }: Transfer,
  { computed, ...options }: StreamOptions,
  { operation, send }: Write<Answer>,
): Promise<{ answer: Answer; passed: Passed | undefined }> {
  const read = await openPinned(reader, source, state, options);
  const tap = computed.crc32 || computed.digest ? new BodyTap(tapOptions(read)) : undefined;
  const broken = brokenReads(tap ? [read.body, tap] : [read.body]);
  try {
    const body = tap ? read.body.pipe(tap) : read.body;
    const answer = await send(body, read.lengthBytes, AbortSignal.any([options.signal, broken.signal]));
    return { answer, passed: tap?.passed };
  } catch (error) {
    if (broken.signal.aborted) throw sourceFailure(broken.signal.reason, 'GetObject', source);
    throw destinationFailure(error, operation, source, destination);
  } finally {
    read.body.destroy();
    tap?.destroy();
  }

  function tapOptions({ told }: PinnedRead) {
    const { digest } = computed;
    const expected = digest && checksumValue(told, digest);
    if (expected === undefined) return { digest };
    const check = ({ digest: found = '' }: Passed) => {
      if (found !== expected) throw sourceCorrupt(source, `${digest} of part ${options.partNumber}`, found, expected);
    };
    return { digest, check };
  }
}

/** A broken read must end the write: with a pipe alone, the write would wait for bytes for ever. */
function brokenReads(streams: Readable[]): AbortController {
  const broken = new AbortController();
  for (const stream of streams) finished(stream).catch((error: unknown) => broken.abort(error));
  return broken;
}
