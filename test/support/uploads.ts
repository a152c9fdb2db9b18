import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type ChecksumAlgorithm, runningChecksum } from '../../emulator/index.ts';
import { SOURCE_BUCKET, type TwoAccounts } from './two-accounts.ts';

/** From here on the source bucket is as S3 was before it computed checksums by itself. */
export function turnBackTime({ cloud }: TwoAccounts): void {
  cloud.s3.bucket(SOURCE_BUCKET).settings.addsChecksums = false;
}

/** Account A's operator with a client that sends a checksum only where it is told to. */
export function silentUploader({ a }: TwoAccounts): S3Client {
  return new S3Client({ ...settingsOf(a.s3), requestChecksumCalculation: 'WHEN_REQUIRED' });
}

/** Of a client, for another one that differs from it. */
export function settingsOf({ config }: S3Client): S3ClientConfig {
  const { endpoint, region, credentials, requestHandler } = config;
  return { ...(endpoint && { endpoint }), region, credentials, requestHandler };
}

/** In one piece, with a checksum of that algorithm or, in a bucket of old, with none. */
export async function putWhole(
  s3: S3Client,
  Key: string,
  Body: Buffer,
  algorithm?: ChecksumAlgorithm,
  options: Partial<PutObjectCommandInput> = {},
): Promise<void> {
  const checksum = await memberOf(algorithm, Body);
  await s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body, ...checksum, ...options }));
}

/** In parts, with a composite checksum of that algorithm or, in a bucket of old, with none. */
export async function putInParts(
  s3: S3Client,
  Key: string,
  parts: Buffer[],
  algorithm?: ChecksumAlgorithm,
  options: Partial<CreateMultipartUploadCommandInput> = {},
): Promise<void> {
  const place = { Bucket: SOURCE_BUCKET, Key };
  const named = algorithm && ({ ChecksumAlgorithm: algorithm, ChecksumType: 'COMPOSITE' } as const);
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...place, ...named, ...options }));
  const Parts = [];
  for (const [index, Body] of parts.entries()) {
    const PartNumber = index + 1;
    const checksum = await memberOf(algorithm, Body);
    const { ETag } = await s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body, ...checksum }));
    Parts.push({ PartNumber, ETag, ...checksum });
  }
  await s3.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } }));
}

async function memberOf(algorithm: ChecksumAlgorithm | undefined, bytes: Buffer): Promise<Record<string, string>> {
  return algorithm === undefined ? {} : { [`Checksum${algorithm}`]: await checksumOf(algorithm, bytes) };
}

/** As base64. */
export async function checksumOf(algorithm: ChecksumAlgorithm, bytes: Buffer): Promise<string> {
  const running = runningChecksum(algorithm);
  running.update(bytes);
  return (await running.digest()).toString('base64');
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
