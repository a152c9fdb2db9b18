/** What S3 keeps of the objects that are uploaded: each row of docs/fidelity.md, "The checksum", as S3 has had them over the years. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { ChecksumAlgorithm, Random } from '../../emulator/index.ts';
import type { ChecksumOrigin } from '../../functions/transfer/proof.ts';
import { putInParts, putWhole } from '../support/uploads.ts';

export interface SourceKind {
  name: string;
  /** By what the table demands that such an object be proved. */
  origin: ChecksumOrigin;
  algorithm?: ChecksumAlgorithm;
  /** Uploaded in parts; a checksum is composite then, unless it is said to be over the whole. */
  isInParts?: true;
  isWhole?: true;
  isUnderKms?: true;
}

const MIB = 1024 ** 2;
const PART_BYTES = 5 * MIB;
/** What is larger goes through relay-large and relay-part. */
export const LARGE_OBJECT_BYTES = 12 * MIB;

const PROVED: readonly SourceKind[] = [
  { name: 'CRC64NVME', origin: 'source', algorithm: 'CRC64NVME' },
  { name: 'CRC32', origin: 'source', algorithm: 'CRC32' },
  { name: 'SHA-1', origin: 'source', algorithm: 'SHA1' },
  { name: 'SHA-256', origin: 'source', algorithm: 'SHA256' },
  { name: 'CRC64NVME of parts', origin: 'source', algorithm: 'CRC64NVME', isInParts: true, isWhole: true },
  { name: 'CRC32C of parts', origin: 'source', algorithm: 'CRC32C', isInParts: true, isWhole: true },
  { name: 'composite CRC32', origin: 'sourceParts', algorithm: 'CRC32', isInParts: true },
  { name: 'composite CRC32C', origin: 'sourceParts', algorithm: 'CRC32C', isInParts: true },
  { name: 'composite SHA-1', origin: 'sourceParts', algorithm: 'SHA1', isInParts: true },
  { name: 'composite SHA-256', origin: 'sourceParts', algorithm: 'SHA256', isInParts: true },
  {
    name: 'composite SHA-256, SSE-KMS',
    origin: 'sourceParts',
    algorithm: 'SHA256',
    isInParts: true,
    isUnderKms: true,
  },
  { name: 'no checksum', origin: 'sourceETag' },
  { name: 'no checksum, of parts', origin: 'sourceETag', isInParts: true },
];

const ON_TRUST: readonly SourceKind[] = [
  { name: 'no checksum, SSE-KMS', origin: 'transit', isUnderKms: true },
  { name: 'no checksum, of parts, SSE-KMS', origin: 'transit', isInParts: true, isUnderKms: true },
];

export const SOURCE_KINDS: readonly SourceKind[] = [...PROVED, ...ON_TRUST];

/** Under these lie the objects that nothing proves. A bit that flips while they are read arrives: no read of them is damaged. */
export const ON_TRUST_PREFIX = 'on trust/';
export const PROVED_KEYS = new RegExp(`^(?!${ON_TRUST_PREFIX})`);

/** A kind that an object of that size and key may be of; each is as likely as another. */
export function drawKind(random: Random, key: string, sizeBytes: number): SourceKind {
  if (!PROVED_KEYS.test(key)) return random.pick(ON_TRUST);
  return random.pick(PROVED.filter((kind) => sizeBytes <= LARGE_OBJECT_BYTES || isForLarge(kind)));
}

/** A digest of the whole is handed on with one PutObject, which relay-large has none of: such an object is refused as `Unprovable`. */
function isForLarge({ algorithm, isInParts }: SourceKind): boolean {
  return isInParts === true || algorithm === 'CRC64NVME' || algorithm === 'CRC32';
}

/** @param s3 a client that sends no checksum unless it is told to, to a bucket that adds none */
export async function putOfKind(
  s3: S3Client,
  { algorithm, isInParts, isWhole, isUnderKms }: SourceKind,
  key: string,
  bytes: Buffer,
  Metadata: Record<string, string>,
): Promise<void> {
  const options = { Metadata, ...(isUnderKms && { ServerSideEncryption: 'aws:kms' as const }) };
  if (!isInParts) return putWhole(s3, key, bytes, algorithm, options);
  const parts = Array.from({ length: Math.max(1, Math.ceil(bytes.length / PART_BYTES)) }, (_, index) =>
    bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES),
  );
  const named = isWhole && algorithm && { ChecksumAlgorithm: algorithm, ChecksumType: 'FULL_OBJECT' as const };
  return putInParts(s3, key, parts, isWhole ? undefined : algorithm, { ...options, ...named });
}
