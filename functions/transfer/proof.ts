/** Decides how a delivery is proved: that the bytes at the destination are those that entered the source. */
import { type Checksum, type ChecksumAnswer, compositeChecksum, fullObjectChecksum } from './checksum.ts';
import type { CombinableCrc } from './crc32.ts';

/** The digests that Node can compute. */
export type DigestAlgorithm = 'MD5' | 'SHA1' | 'SHA256' | 'SHA512';

/**
 * Where the checksum comes from: the source's checksum of the whole object, those of its parts, or its ETag. `transit`: the relay
 * computed it from what it read, so it proves only the way from the relay to the destination.
 */
export type ChecksumOrigin = 'source' | 'sourceParts' | 'sourceETag' | 'transit';

export type Proof =
  /** The destination verifies the source's own checksum. */
  | { kind: 'handedOn'; checksum: Checksum; origin: 'source' | 'sourceParts' | 'sourceETag' }
  /** The parts' CRCs are combined into the CRC of the whole object, which is then handed on. */
  | { kind: 'combined'; algorithm: CombinableCrc; parts: number }
  /** The digests of the source's parts are computed and compared; `value` is the digest of all digests, as base64. */
  | {
      kind: 'compared';
      algorithm: DigestAlgorithm;
      value: string;
      parts: number;
      origin: 'sourceParts' | 'sourceETag';
    }
  | { kind: 'none' };

/** What the proof depends on in an answer to HEAD or GET. */
export interface ProofFacts extends ChecksumAnswer {
  ETag?: string | undefined;
  ServerSideEncryption?: string | undefined;
  SSECustomerAlgorithm?: string | undefined;
}

/** An MD5, with the number of parts if it is an MD5 of MD5s. */
const MD5_ETAG = /^"([0-9a-f]{32})(?:-([1-9]\d*))?"$/;
const COMBINABLE: ReadonlySet<string> = new Set<CombinableCrc>(['CRC32', 'CRC32C']);
const COMPUTABLE: ReadonlySet<string> = new Set<DigestAlgorithm>(['MD5', 'SHA1', 'SHA256', 'SHA512']);

/**
 * The first row that fits:
 *
 * | the source has                                  | proof    |
 * |-------------------------------------------------|----------|
 * | a checksum over the whole object                | handedOn |
 * | a composite CRC                                 | combined |
 * | a composite digest that Node computes           | compared |
 * | an ETag that is an MD5, of one piece            | handedOn |
 * | an ETag that is an MD5 of the parts' MD5s       | compared |
 * | nothing of these                                | none     |
 *
 * Pure. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
export function proofOf(facts: ProofFacts): Proof {
  const whole = fullObjectChecksum(facts);
  if (whole) return { kind: 'handedOn', checksum: whole, origin: 'source' };
  const [, md5Hex = '', count] = MD5_ETAG.exec(facts.ETag ?? '') ?? [];
  const parts = count === undefined ? undefined : Number(count);
  const composite = compositeChecksum(facts);
  if (composite && parts !== undefined) {
    const { algorithm, value } = composite;
    if (isCombinable(algorithm)) return { kind: 'combined', algorithm, parts };
    if (isComputable(algorithm)) return { kind: 'compared', algorithm, value, parts, origin: 'sourceParts' };
  }
  if (md5Hex === '' || !hasMd5ETag(facts)) return { kind: 'none' };
  const value = Buffer.from(md5Hex, 'hex').toString('base64');
  if (parts !== undefined) return { kind: 'compared', algorithm: 'MD5', value, parts, origin: 'sourceETag' };
  return { kind: 'handedOn', checksum: { algorithm: 'MD5', value }, origin: 'sourceETag' };
}

/**
 * With SSE-KMS and with a customer-provided key, an ETag looks like an MD5 but is not that of the content.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
 */
function hasMd5ETag({ ServerSideEncryption, SSECustomerAlgorithm }: ProofFacts): boolean {
  return SSECustomerAlgorithm === undefined && (ServerSideEncryption ?? 'AES256') === 'AES256';
}

function isCombinable(algorithm: string): algorithm is CombinableCrc {
  return COMBINABLE.has(algorithm);
}

function isComputable(algorithm: string): algorithm is DigestAlgorithm {
  return COMPUTABLE.has(algorithm);
}
