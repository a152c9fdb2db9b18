/** Compares the digests of what was read with those that S3 keeps. */
import { createHash } from 'node:crypto';
import { RelayError } from '../core/errors.ts';
import type { SourceObject } from '../core/source-object.ts';
import type { DigestAlgorithm, Proof } from './proof.ts';

export type ComparedProof = Extract<Proof, { kind: 'compared' }>;

/** As base64. */
export function digestOf(algorithm: DigestAlgorithm, bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest('base64');
}

/**
 * S3 keeps one value of all parts: the digest of their digests.
 * @param digests of all parts in their order, as base64
 * @throws RelayError `SourceCorrupt`
 */
export function requireDigests(source: SourceObject, { algorithm, value }: ComparedProof, digests: string[]): void {
  const all = Buffer.concat(digests.map((digest) => Buffer.from(digest, 'base64')));
  const computed = digestOf(algorithm, all);
  if (computed !== value) {
    throw sourceCorrupt(source, `${algorithm} over the digests of ${digests.length} parts`, computed, value);
  }
}

/** @param what names the bytes, for people */
export function sourceCorrupt(source: SourceObject, what: string, computed: string, expected: string): RelayError {
  return new RelayError({
    code: 'SourceCorrupt',
    message: `GetObject on ${source} brought other bytes than S3 keeps: ${what} is ${computed}, and was ${expected} when it was uploaded. Nothing was shown at the destination; it is read again.`,
    retryable: true,
    operation: 'GetObject',
    source: `${source}`,
  });
}
