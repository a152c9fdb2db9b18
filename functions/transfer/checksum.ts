/** Reads and writes the checksums in S3's answers and requests. */

/**
 * The checksums that S3 can keep of an object, and the member of the SDK's requests and answers for each.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Checksum.html
 */
const MEMBERS = {
  CRC64NVME: 'ChecksumCRC64NVME',
  CRC32: 'ChecksumCRC32',
  CRC32C: 'ChecksumCRC32C',
  SHA256: 'ChecksumSHA256',
  SHA1: 'ChecksumSHA1',
  SHA512: 'ChecksumSHA512',
  MD5: 'ChecksumMD5',
  XXHASH128: 'ChecksumXXHASH128',
  XXHASH3: 'ChecksumXXHASH3',
  XXHASH64: 'ChecksumXXHASH64',
} as const;

export type ChecksumAlgorithm = keyof typeof MEMBERS;

/** A checksum of the whole object, as base64. */
export interface Checksum {
  algorithm: ChecksumAlgorithm;
  value: string;
}

type ChecksumMembers = { [Member in (typeof MEMBERS)[ChecksumAlgorithm]]?: string | undefined };
export type ChecksumAnswer = ChecksumMembers & { ChecksumType?: string | undefined };

const ALGORITHMS = Object.keys(MEMBERS) as ChecksumAlgorithm[];

/** For a multipart upload, S3 verifies only CRCs over the whole object: S3 user guide, "Checking object integrity". */
const FULL_OBJECT_IN_MULTIPART: ReadonlySet<ChecksumAlgorithm> = new Set(['CRC64NVME', 'CRC32', 'CRC32C']);

/** The checksum of the whole object in S3's answer. */
export function fullObjectChecksum(answer: ChecksumAnswer): Checksum | undefined {
  return answer.ChecksumType === 'FULL_OBJECT' ? answeredChecksum(answer) : undefined;
}

/** The checksum of the parts' checksums in S3's answer. It depends on the sizes of the parts, so the destination can't verify it. */
export function compositeChecksum(answer: ChecksumAnswer): Checksum | undefined {
  const composite = answer.ChecksumType === 'COMPOSITE' ? answeredChecksum(answer) : undefined;
  // HEAD appends the number of parts, GetObjectAttributes does not.
  return composite && { ...composite, value: composite.value.replace(/-\d+$/, '') };
}

function answeredChecksum(answer: ChecksumAnswer): Checksum | undefined {
  for (const algorithm of ALGORITHMS) {
    const value = checksumValue(answer, algorithm);
    if (value) return { algorithm, value };
  }
  return undefined;
}

/** The value of one algorithm; undefined if S3 did not answer with it. */
export function checksumValue(answer: ChecksumAnswer, algorithm: ChecksumAlgorithm): string | undefined {
  return answer[MEMBERS[algorithm]];
}

/** The destination's checksum of the whole object by this algorithm. */
export function answeredValue(answer: ChecksumAnswer, { algorithm }: Checksum): string | undefined {
  return answer.ChecksumType === 'FULL_OBJECT' ? checksumValue(answer, algorithm) : undefined;
}

export function worksForMultipart(checksum: Checksum): boolean {
  return FULL_OBJECT_IN_MULTIPART.has(checksum.algorithm);
}

/** The member of a PutObject or CompleteMultipartUpload request that makes S3 verify the object. */
export function checksumMember({ algorithm, value }: Checksum): ChecksumMembers {
  return { [MEMBERS[algorithm]]: value };
}
