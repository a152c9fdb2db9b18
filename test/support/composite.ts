import {
  type ChecksumAlgorithm,
  type ChecksumType,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { SOURCE_BUCKET, type TwoAccounts } from './two-accounts.ts';

/**
 * Drops an object by a multipart upload of one part. A composite SHA-256 can't be handed on, so that what has it travels in parts
 * even where it is small enough for one PutObject.
 */
export async function dropInOnePart(
  world: TwoAccounts,
  Key: string,
  Body: Buffer,
  algorithm: ChecksumAlgorithm = 'SHA256',
  type: ChecksumType = 'COMPOSITE',
  options: Partial<CreateMultipartUploadCommandInput> = {},
) {
  const { s3 } = world.a;
  const place = { Bucket: SOURCE_BUCKET, Key };
  const create = { ...options, ...place, ChecksumAlgorithm: algorithm, ChecksumType: type };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(create));
  const upload = { ...place, UploadId };
  const part = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body, ChecksumAlgorithm: algorithm }));
  const member = `Checksum${algorithm}` as 'ChecksumCRC32';
  const Parts = [{ PartNumber: 1, ETag: part.ETag, [member]: part[member] }];
  return s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ChecksumType: type }));
}
