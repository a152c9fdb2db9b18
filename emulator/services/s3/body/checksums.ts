/** S3's checksum algorithms, and how the checksums of parts become one. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc64Nvme } from '@aws-sdk/crc64-nvme';
import { badDigest, invalidRequest } from '../errors.ts';
import { type CrcAlgorithm, combineCrc, crcOfZeros } from './crc-combine.ts';
import { crc32c } from './crc32c.ts';

/** Those of 2026, but for XXHASH64, XXHASH3 and XXHASH128, of which Node has none: a header that names one is refused. */
export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256', 'SHA512', 'MD5'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface ChecksumValue {
  algorithm: ChecksumAlgorithm;
  /** Base64; with `-<number of parts>` behind it when composite. */
  value: string;
}

export interface StoredChecksum extends ChecksumValue {
  type: ChecksumType;
}

const DIGEST_BYTES: Record<ChecksumAlgorithm, number> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
  SHA512: 64,
  MD5: 16,
};

/** Consumes a body piece by piece. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  digest(): Promise<Buffer>;
}

export function runningChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'CRC32':
      return runningCrc((bytes, previous) => crc32(bytes, previous));
    case 'CRC32C':
      return runningCrc(crc32c);
    case 'CRC64NVME': {
      const crc = new Crc64Nvme();
      return { update: (bytes) => crc.update(bytes), digest: async () => Buffer.from(await crc.digest()) };
    }
    case 'SHA1':
    case 'SHA256':
    case 'SHA512':
    case 'MD5': {
      const hash = createHash(algorithm);
      return { update: (bytes) => hash.update(bytes), digest: async () => hash.digest() };
    }
  }
}

function runningCrc(step: (bytes: Uint8Array, previous: number) => number): RunningChecksum {
  let crc = 0;
  return {
    update(bytes) {
      crc = step(bytes, crc);
    },
    async digest() {
      const digest = Buffer.alloc(4);
      digest.writeUInt32BE(crc);
      return digest;
    },
  };
}

/** `x-amz-checksum-crc32` and its like. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** `ChecksumCRC32` and its like. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

/** @param name in any case, as clients write both `CRC32` and `crc32` */
export function checksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
}

/** @throws ApiError `InvalidRequest` when the value isn't the base64 of a digest of the right length */
export function checkChecksumSyntax({ algorithm, value }: ChecksumValue): void {
  const digest = Buffer.from(value, 'base64');
  if (digest.length !== DIGEST_BYTES[algorithm] || digest.toString('base64') !== value) {
    throw invalidRequest(`Value for ${checksumHeader(algorithm)} header is invalid.`);
  }
}

/** @throws ApiError `BadDigest` */
export function expectChecksum(given: ChecksumValue, calculated: string): void {
  if (given.value !== calculated) throw badDigest(given.algorithm);
}

export function isCrc(algorithm: ChecksumAlgorithm): algorithm is CrcAlgorithm {
  return algorithm.startsWith('CRC');
}

/** The full-object CRC of parts in their order. */
export function combineParts(algorithm: CrcAlgorithm, parts: { checksum: string; sizeBytes: number }[]): string {
  let whole = 0n;
  for (const part of parts) whole = combineCrc(algorithm, whole, toBigInt(part.checksum), part.sizeBytes);
  return toBase64(algorithm, whole);
}

/** The checksum of the concatenated digests of the parts, with their number behind it. */
export async function compositeChecksum(algorithm: ChecksumAlgorithm, partChecksums: string[]): Promise<string> {
  const running = runningChecksum(algorithm);
  for (const checksum of partChecksums) running.update(Buffer.from(checksum, 'base64'));
  return `${(await running.digest()).toString('base64')}-${partChecksums.length}`;
}

/** A composite value as GetObjectAttributes answers it, and as CompleteMultipartUpload takes it besides: without the number of parts. */
export function withoutPartsCount(value: string): string {
  return value.replace(/-\d+$/, '');
}

/** The CRC64NVME of a sparse object, which is all zeros. */
export async function crc64NvmeOfZeros(lengthBytes: number): Promise<string> {
  const one = runningChecksum('CRC64NVME');
  one.update(new Uint8Array(1));
  const crcOfOneZero = toBigInt((await one.digest()).toString('base64'));
  return toBase64('CRC64NVME', crcOfZeros('CRC64NVME', crcOfOneZero, lengthBytes));
}

function toBigInt(base64: string): bigint {
  return BigInt(`0x${Buffer.from(base64, 'base64').toString('hex')}`);
}

function toBase64(algorithm: CrcAlgorithm, crc: bigint): string {
  return Buffer.from(crc.toString(16).padStart(DIGEST_BYTES[algorithm] * 2, '0'), 'hex').toString('base64');
}
