import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { Route } from '../core/route.ts';

export type EncryptionHeaders = Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'>;

/**
 * What PutObject and CreateMultipartUpload say about encryption: nothing, so that the bucket's default holds, unless the bucket's policy
 * demands that they name it. Neither needs a right beyond the write and the key:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-s3-encryption.html
 */
export function encryptionFor({ sendEncryption, kmsKeyArn }: Route['destination']): EncryptionHeaders {
  if (!sendEncryption) return {};
  if (kmsKeyArn === undefined) return { ServerSideEncryption: 'AES256' };
  return { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyArn };
}
