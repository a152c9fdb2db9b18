/** Checksums S3 can hold of an object, by the member of the SDK's requests and answers that carries each. */
const MEMBERS = {
  CRC64NVME: 'ChecksumCRC64NVME',
  CRC32: 'ChecksumCRC32',
  CRC32C: 'ChecksumCRC32C',
  SHA256: 'ChecksumSHA256',
  SHA1: 'ChecksumSHA1',
} as const;

export type ChecksumAlgorithm = keyof typeof MEMBERS;

/** A checksum over the whole object, as base64. */
export interface Checksum {
  algorithm: ChecksumAlgorithm;
  value: string;
}

type ChecksumMembers = { [Member in (typeof MEMBERS)[ChecksumAlgorithm]]?: string | undefined };
export type ChecksumAnswer = ChecksumMembers & { ChecksumType?: string | undefined };

const ALGORITHMS = Object.keys(MEMBERS) as ChecksumAlgorithm[];

/** SHA checksums of a multipart upload are always composite, so only a CRC can be proved over one: S3 user guide, "Checking object integrity". */
const FULL_OBJECT_IN_MULTIPART: ReadonlySet<ChecksumAlgorithm> = new Set(['CRC64NVME', 'CRC32', 'CRC32C']);

/** The checksum over the whole object that S3 answered with; composite ones depend on part sizes and can't be handed on. */
export function fullObjectChecksum(answer: ChecksumAnswer): Checksum | undefined {
  if (answer.ChecksumType !== 'FULL_OBJECT') return undefined;
  for (const algorithm of ALGORITHMS) {
    const value = answer[MEMBERS[algorithm]];
    if (value) return { algorithm, value };
  }
  return undefined;
}

export function worksForMultipart(checksum: Checksum | undefined): checksum is Checksum {
  return checksum !== undefined && FULL_OBJECT_IN_MULTIPART.has(checksum.algorithm);
}

/** The member of a PutObject or CompleteMultipartUpload request by which S3 verifies the object. */
export function checksumMember({ algorithm, value }: Checksum): ChecksumMembers {
  return { [MEMBERS[algorithm]]: value };
}
