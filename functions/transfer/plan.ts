import { RelayError } from '../errors.ts';
import type { SourceObject } from '../source-object.ts';
import type { SourceState } from './source-state.ts';

const MIB = 1024 ** 2;

/**
 * Up to here an object is held in memory. TLS holds all that is written at once a second time, and what is done with isn't
 * collected at once: ten of 5 MiB don't fit into 256 MB (test/memory/).
 */
export const BUFFERED_MAX_BYTES = MIB;

/** Measured: fewer, larger parts cost less CPU per byte, and none is held in memory. */
const PART_SIZE_BYTES = 64 * MIB;

/** S3's limits on multipart uploads: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PARTS = 10_000;

/** A run of bytes of the object, sent as one part. */
export interface Part {
  /** From 1, as S3 counts. */
  number: number;
  offsetBytes: number;
  lengthBytes: number;
}

/** `large`: by a function that outlives one invocation, see `plan-large.ts`. */
export type Plan = { kind: 'single' } | { kind: 'multipart'; parts: Part[] } | { kind: 'large' };

/**
 * Decides how an object travels. Pure.
 * @param largeObjectBytes what one invocation takes on
 * @throws RelayError `SourceArchived`
 */
export function planTransfer(source: SourceObject, state: SourceState, largeObjectBytes: number): Plan {
  if (isArchived(state)) throw archived(source, state);
  if (state.sizeBytes > largeObjectBytes) return { kind: 'large' };
  if (isSingle(state)) return { kind: 'single' };
  return { kind: 'multipart', parts: splitIntoParts(state.sizeBytes, partSizeFor(state.sizeBytes)) };
}

/**
 * What fits into one part is one PutObject: a third of the requests. It can be streamed only when its checksum is known before
 * its last byte; a multipart upload wants it at the end.
 */
function isSingle({ sizeBytes, checksum }: SourceState): boolean {
  return sizeBytes <= (checksum === undefined ? BUFFERED_MAX_BYTES : PART_SIZE_BYTES);
}

/** The part size in bytes: whole MiB, and never so small that more than 10,000 parts would be needed. */
export function partSizeFor(sizeBytes: number): number {
  return Math.max(PART_SIZE_BYTES, Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB);
}

export function splitIntoParts(sizeBytes: number, partSizeBytes: number): Part[] {
  return Array.from({ length: Math.ceil(sizeBytes / partSizeBytes) }, (_, index) => {
    const offsetBytes = index * partSizeBytes;
    return { number: index + 1, offsetBytes, lengthBytes: Math.min(partSizeBytes, sizeBytes - offsetBytes) };
  });
}

/** Archived objects can be read only while a restored copy exists. */
function isArchived({ storageClass, restore }: SourceState): boolean {
  if (storageClass !== 'GLACIER' && storageClass !== 'DEEP_ARCHIVE') return false;
  return !restore?.includes('ongoing-request="false"');
}

function archived(source: SourceObject, { storageClass }: SourceState): RelayError {
  return new RelayError({
    code: 'SourceArchived',
    message: `${source} cannot be relayed. It is in ${storageClass}: restore it first, then relay it again.`,
    retryable: false,
    operation: 'plan',
    source: `${source}`,
  });
}
