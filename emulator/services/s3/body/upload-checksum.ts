/** The checksum that a multipart upload was begun with. */
import { invalidRequest } from '../errors.ts';
import { type ChecksumAlgorithm, type ChecksumType, checksumAlgorithm, isCrc } from './checksums.ts';

/** How the checksum of a multipart upload comes about, fixed by CreateMultipartUpload. */
export interface UploadChecksum {
  algorithm: ChecksumAlgorithm;
  type: ChecksumType;
  /** Whether the client named the algorithm; if not, its parts may bring any checksum. */
  named: boolean;
}

/**
 * | algorithm      | type it may have         | type if none is given |
 * | none           | none                     | CRC64NVME FULL_OBJECT |
 * | CRC64NVME      | FULL_OBJECT              | FULL_OBJECT           |
 * | CRC32, CRC32C  | COMPOSITE or FULL_OBJECT | COMPOSITE             |
 * | SHA, MD5       | COMPOSITE                | COMPOSITE             |
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 * @throws ApiError `InvalidRequest`
 */
export function uploadChecksum(algorithmName: string | undefined, typeName: string | undefined): UploadChecksum {
  if (algorithmName === undefined) {
    if (typeName !== undefined) {
      throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
    }
    return { algorithm: 'CRC64NVME', type: 'FULL_OBJECT', named: false };
  }
  const algorithm = checksumAlgorithm(algorithmName);
  if (algorithm === undefined) {
    throw invalidRequest('Checksum algorithm provided is unsupported. Please try again with any of the valid types.');
  }
  const type = typeName?.toUpperCase() ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if (type !== 'FULL_OBJECT' && type !== 'COMPOSITE') {
    throw invalidRequest('Value for x-amz-checksum-type header is invalid.');
  }
  const allowed = type === 'FULL_OBJECT' ? isCrc(algorithm) : algorithm !== 'CRC64NVME';
  if (!allowed) {
    throw invalidRequest(
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm, type, named: true };
}
