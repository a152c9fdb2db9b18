/** Decides how an object travels: one PutObject, a multipart upload, or a large object. Pure. */
import { RelayError } from '../core/errors.ts';
import type { SourceObject } from '../core/source-object.ts';
import { type Checksum, worksForMultipart } from './checksum.ts';
import { needsRestore, type SourceState } from './source-state.ts';

const MIB = 1024 ** 2;

/**
 * An object of up to this size is held in memory. TLS holds a second copy of what is written at once, and used buffers are not
 * collected at once: ten objects of 5 MiB do not fit into 256 MB (test/system/memory/).
 */
export const BUFFERED_MAX_BYTES = MIB;

/** Measured: fewer, larger parts cost less CPU per byte. No part is held in memory. */
const PART_SIZE_BYTES = 64 * MIB;

/** S3's limit for one PutObject and for one part: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
const MAX_SINGLE_BYTES = 5 * 1024 ** 3;

/** S3's limit for multipart uploads: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PARTS = 10_000;

/** A range of the object that is sent as one part. */
export interface Part {
  /** S3 counts from 1. */
  number: number;
  /** Undefined where it is the source's own part of this number. */
  offsetBytes?: number;
  /** For a part of the source this is an estimate, until S3 tells the length with the bytes. */
  lengthBytes: number;
}

/** `large`: relay-large delivers it, see `plan-large.ts`. */
export type Plan = { kind: 'single' } | { kind: 'multipart'; parts: Part[] } | { kind: 'large' };

export interface PlanLimits {
  /** The largest object that one invocation delivers. */
  largeObjectBytes: number;
  /** Whether an object without any proof is refused. */
  requireProof?: boolean | undefined;
}

/**
 * @throws RelayError `SourceArchived`; `Unprovable` where the object has no proof, or none that can be used for its size
 */
export function planTransfer(source: SourceObject, state: SourceState, limits: PlanLimits): Plan {
  const { sizeBytes, proof } = state;
  const { largeObjectBytes, requireProof = false } = limits;
  if (isArchived(state)) throw archived(source, state);
  if (proof.kind === 'none' && requireProof) throw nothingToProveBy(source);
  if (proof.kind === 'handedOn' && !worksForMultipart(proof.checksum)) {
    const most = Math.min(largeObjectBytes, MAX_SINGLE_BYTES);
    if (sizeBytes > most) throw tooLargeToProve(source, sizeBytes, proof.checksum, most);
    return { kind: 'single' };
  }
  if (sizeBytes > largeObjectBytes) return { kind: 'large' };
  if (isSingle(state)) return { kind: 'single' };
  if (proof.kind === 'compared') {
    const { parts } = proof;
    return { kind: 'multipart', parts: partsOfSource({ first: 1, last: parts }, Math.ceil(sizeBytes / parts)) };
  }
  return { kind: 'multipart', parts: splitIntoParts(sizeBytes, partSizeFor(sizeBytes)) };
}

/**
 * One PutObject takes a third of the requests of a multipart upload. To stream it, the relay must know the checksum before the last
 * byte; a multipart upload needs the checksum only at the end.
 */
function isSingle({ sizeBytes, proof }: SourceState): boolean {
  if (proof.kind === 'handedOn' || proof.kind === 'combined') return sizeBytes <= PART_SIZE_BYTES;
  return sizeBytes <= BUFFERED_MAX_BYTES && (proof.kind === 'none' || proof.parts === 1);
}

/** The part size in bytes: whole MiB, and large enough for at most 10,000 parts. */
export function partSizeFor(sizeBytes: number): number {
  return Math.max(PART_SIZE_BYTES, Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB);
}

export function splitIntoParts(sizeBytes: number, partSizeBytes: number): Required<Part>[] {
  return Array.from({ length: Math.ceil(sizeBytes / partSizeBytes) }, (_, index) => {
    const offsetBytes = index * partSizeBytes;
    return { number: index + 1, offsetBytes, lengthBytes: Math.min(partSizeBytes, sizeBytes - offsetBytes) };
  });
}

/**
 * The source's own parts, by their numbers. S3 has taken them as parts, so it takes them as parts once more.
 * @param lengthBytes on average
 */
export function partsOfSource({ first, last }: { first: number; last: number }, lengthBytes: number): Part[] {
  return Array.from({ length: last - first + 1 }, (_, index) => ({ number: first + index, lengthBytes }));
}

function isArchived({ storageClass, restore }: SourceState): boolean {
  return needsRestore(storageClass) && !restore?.includes('ongoing-request="false"');
}

function nothingToProveBy(source: SourceObject): RelayError {
  return new RelayError({
    code: 'Unprovable',
    message: `${source} cannot be relayed along a route with requireProof: S3 keeps neither a checksum nor an MD5 of it. Copy it onto itself in the source bucket, so that S3 computes one, or leave requireProof out.`,
    retryable: false,
    operation: 'plan',
    source: `${source}`,
  });
}

function tooLargeToProve(source: SourceObject, sizeBytes: number, { algorithm }: Checksum, most: number): RelayError {
  return new RelayError({
    code: 'Unprovable',
    message: `${source} cannot be relayed. S3 verifies its ${algorithm} over one PutObject only, and it has ${sizeBytes} bytes of the ${most} that one invocation takes on: raise relay.largeObjectBytes, or copy it onto itself with a CRC64NVME checksum.`,
    retryable: false,
    operation: 'plan',
    source: `${source}`,
  });
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
