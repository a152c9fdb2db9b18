import { RelayError } from '../errors.ts';
import type { SourceObject } from '../source-object.ts';
import type { SourceState } from './source-state.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** Up to here an object is held in memory and put by one retryable PutObject: ten at once stay within 80 MiB. */
export const SINGLE_MAX_BYTES = 8 * MIB;

/** Measured: fewer, larger parts cost less CPU per byte, and none is held in memory. */
const PART_SIZE_BYTES = 64 * MIB;

/** S3's limits on multipart uploads: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PARTS = 10_000;

/** What one invocation takes on; larger objects are for a function that outlives one invocation. */
export const LARGE_OBJECT_BYTES = 5 * GIB;

/** A run of bytes of the object, sent as one part. */
export interface Part {
  /** From 1, as S3 counts. */
  number: number;
  offsetBytes: number;
  lengthBytes: number;
}

export type Plan = { kind: 'single' } | { kind: 'multipart'; parts: Part[] };

/**
 * Decides how an object travels. Pure.
 * @throws RelayError `SourceArchived`, `ObjectTooLarge`
 */
export function planTransfer(source: SourceObject, state: SourceState): Plan {
  if (isArchived(state)) {
    throw refusal('SourceArchived', source, `It is in ${state.storageClass}: restore it first, then relay it again.`);
  }
  if (state.sizeBytes <= SINGLE_MAX_BYTES) return { kind: 'single' };
  if (state.sizeBytes > LARGE_OBJECT_BYTES) {
    const size = `${state.sizeBytes} bytes`;
    throw refusal('ObjectTooLarge', source, `It has ${size}; one invocation takes up to ${LARGE_OBJECT_BYTES}.`);
  }
  return { kind: 'multipart', parts: splitIntoParts(state.sizeBytes, partSizeFor(state.sizeBytes)) };
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

function refusal(code: 'SourceArchived' | 'ObjectTooLarge', source: SourceObject, reason: string): RelayError {
  return new RelayError({
    code,
    message: `${source} cannot be relayed. ${reason}`,
    retryable: false,
    operation: 'plan',
    source: `${source}`,
  });
}
