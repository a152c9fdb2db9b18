/** An object for each row of docs/fidelity.md, "The checksum". What S3 keeps of it tells how the relay proves it. */
import {
  type ChecksumAlgorithm,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ChecksumOrigin } from '../functions/transfer/proof.ts';

export interface SourceKind {
  /** What S3 has kept of the object. */
  name: string;
  /** What the receipt then says. */
  origin: ChecksumOrigin;
  algorithm?: ChecksumAlgorithm;
  /** Uploaded in parts of 8 MiB; a checksum is then composite. */
  isInParts?: true;
  encryption?: 'aws:kms';
}

export const WITH_CRC64NVME: SourceKind = {
  name: 'CRC64NVME over the whole',
  origin: 'source',
  algorithm: 'CRC64NVME',
};

export const SOURCE_KINDS: readonly SourceKind[] = [
  WITH_CRC64NVME,
  { name: 'composite CRC32', origin: 'sourceParts', algorithm: 'CRC32', isInParts: true },
  { name: 'composite SHA-256', origin: 'sourceParts', algorithm: 'SHA256', isInParts: true },
  { name: 'none; MD5 as ETag', origin: 'sourceETag' },
  { name: 'none; MD5s in the ETag (`-N`)', origin: 'sourceETag', isInParts: true },
  { name: 'none, under SSE-KMS', origin: 'transit', encryption: 'aws:kms' },
];

/** The AWS CLI's default: https://docs.aws.amazon.com/cli/latest/topic/s3-config.html#multipart-chunksize */
const PART_BYTES = 8 * 1024 ** 2;

/** @param s3 a client that sends no checksum unless it is told to, to a bucket that adds none */
export async function putSource(
  s3: S3Client,
  { algorithm, isInParts, encryption }: SourceKind,
  place: { Bucket: string; Key: string },
  bytes: Buffer,
): Promise<void> {
  const named = algorithm && { ChecksumAlgorithm: algorithm };
  const encrypted = encryption && { ServerSideEncryption: encryption };
  if (!isInParts) {
    await s3.send(new PutObjectCommand({ ...place, ...named, ...encrypted, Body: bytes }));
    return;
  }
  const type = algorithm && { ChecksumType: 'COMPOSITE' as const };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...place, ...named, ...type, ...encrypted }));
  const upload = { ...place, UploadId };
  const Parts: CompletedPart[] = [];
  for (let start = 0, PartNumber = 1; start < bytes.length; start += PART_BYTES, PartNumber++) {
    const Body = bytes.subarray(start, start + PART_BYTES);
    const { ETag, ChecksumCRC32, ChecksumSHA256 } = await s3.send(
      new UploadPartCommand({ ...upload, ...named, PartNumber, Body }),
    );
    Parts.push({ PartNumber, ETag, ChecksumCRC32, ChecksumSHA256 });
  }
  await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
}
