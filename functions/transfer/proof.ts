import { type Checksum, type ChecksumAnswer, compositeChecksum, fullObjectChecksum } from './checksum.ts';
import type { CombinableCrc } from './crc32.ts';

/** What Node computes on the way. */
export type DigestAlgorithm = 'MD5' | 'SHA1' | 'SHA256' | 'SHA512';

/**
 * From what the proof of a delivery is known: the source's checksum over the whole object, those of its parts, its ETag, or only
 * from what has arrived, which proves the way from the relay on and takes what was read on trust.
 */
export type ChecksumOrigin = 'source' | 'sourceParts' | 'sourceETag' | 'transit';

/** How the bytes of an object are proved to be those that entered the source. */
export type Proof =
  /** The destination verifies the source's own value. */
  | { kind: 'handedOn'; checksum: Checksum; origin: 'source' | 'sourceParts' | 'sourceETag' }
  /** The parts' CRCs combine into the one of the whole, which is then handed on. */
  | { kind: 'combined'; algorithm: CombinableCrc; parts: number }
  /** The digests of the source's parts are computed on the way; `value` is the digest of them all, as base64. */
  | {
      kind: 'compared';
      algorithm: DigestAlgorithm;
      value: string;
      parts: number;
      origin: 'sourceParts' | 'sourceETag';
    }
  | { kind: 'none' };

/** As much of an answer to HEAD or GET as tells how an object is proved. */
export interface ProofFacts extends ChecksumAnswer {
  ETag?: string | undefined;
  ServerSideEncryption?: string | undefined;
  SSECustomerAlgorithm?: string | undefined;
}

/** An MD5, with the number of parts where it is one of MD5s. */
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
 * Under SSE-KMS and with a customer-provided key an ETag looks the same, but is no MD5 of the content.
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
