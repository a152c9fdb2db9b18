/** Server-side encryption as requests ask for it and answers report it; nothing is encrypted. */
import type { OutgoingHttpHeaders } from 'node:http';
import { authorizeKeyUse } from '../../authorization/key-use.ts';
import { ApiError } from '../../core/api.ts';
import { arnOf } from '../../core/partition.ts';
import { callerAccount, type ServiceCall } from './call.ts';
import { accessDenied, invalidArgument, notImplemented } from './errors.ts';
import type { Bucket } from './state/bucket.ts';
import type { Encryption } from './state/model.ts';

const ALGORITHM_HEADER = 'x-amz-server-side-encryption';
const KEY_HEADER = 'x-amz-server-side-encryption-aws-kms-key-id';
const BUCKET_KEY_HEADER = 'x-amz-server-side-encryption-bucket-key-enabled';

/**
 * The encryption a new object gets: what the request says, else the bucket's default, else AES256.
 * @throws ApiError `InvalidArgument` 400, `NotImplemented` 501 for double-layer encryption
 */
export function resolveEncryption({ request, headers }: ServiceCall, bucket: Bucket): Encryption {
  const algorithm = headers.get(ALGORITHM_HEADER);
  const key = headers.get(KEY_HEADER);
  const byDefault = bucket.settings.encryption ?? { algorithm: 'AES256' };
  const bucketKey = bucketKeyOf(headers.get(BUCKET_KEY_HEADER)) ?? isKeyedByBucket(byDefault);
  if (key !== undefined && algorithm !== 'aws:kms') {
    const message =
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms';
    throw invalidArgument(message, ALGORITHM_HEADER, algorithm ?? 'null');
  }
  switch (algorithm) {
    case undefined:
      return withBucketKey(byDefault, bucketKey);
    case 'AES256':
      return { algorithm };
    case 'aws:kms': {
      if (key === undefined)
        return withBucketKey(byDefault.algorithm === 'aws:kms' ? byDefault : { algorithm }, bucketKey);
      const account = callerAccount(request.caller.principal) ?? bucket.settings.account;
      const kmsKeyArn = key.startsWith('arn:')
        ? key
        : arnOf('kms', { account, region: bucket.settings.region }, `key/${key}`);
      return withBucketKey({ algorithm, kmsKeyArn }, bucketKey);
    }
    case 'aws:kms:dsse':
      throw notImplemented('dual-layer server-side encryption (aws:kms:dsse)');
    default:
      throw invalidArgument('The encryption method specified is not supported', ALGORITHM_HEADER, algorithm);
  }
}

/**
 * Whether the caller may use the key of an object: `kms:GenerateDataKey` to write, `kms:Decrypt` to read and for parts.
 * The AWS managed key is open to everybody of the bucket's account and can't be shared with another one.
 * @throws ApiError `AccessDenied` in KMS's words; `KMS.NotFoundException` for a key nobody has declared,
 * `KMS.DisabledException` for one that is turned off
 */
export function requireKey(
  { s3, request }: ServiceCall,
  bucket: Bucket,
  key: string,
  encryption: Encryption,
  action: 'kms:GenerateDataKey' | 'kms:Decrypt',
): void {
  if (encryption.algorithm !== 'aws:kms') return;
  const { region, account } = bucket.settings;
  const caller = callerAccount(request.caller.principal);
  const { kmsKeyArn } = encryption;
  if (kmsKeyArn === undefined) {
    if (caller === account) return;
    throw accessDenied();
  }
  const kmsKey = s3.kmsKey(kmsKeyArn);
  if (!kmsKey) throw new ApiError('KMS.NotFoundException', 400, `Key '${kmsKeyArn}' does not exist`);
  authorizeKeyUse(s3.authorizer, {
    caller: request.caller,
    action,
    keyArn: kmsKeyArn,
    policy: kmsKey.policy,
    // With a bucket key, what KMS gives is for the whole bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
    encryptionContext: { 'aws:s3:arn': encryption.bucketKeyEnabled ? bucket.arn : `${bucket.arn}/${key}` },
    // With this suffix in every partition: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    viaService: `s3.${region}.amazonaws.com`,
  });
  if (!kmsKey.enabled) throw new ApiError('KMS.DisabledException', 400, `${kmsKeyArn} is disabled.`);
}

/** @throws ApiError `InvalidArgument` (400) */
function bucketKeyOf(header: string | undefined): boolean | undefined {
  if (header === undefined) return undefined;
  if (/^(true|false)$/i.test(header)) return header.toLowerCase() === 'true';
  throw invalidArgument('The value must be true or false', BUCKET_KEY_HEADER, header);
}

function isKeyedByBucket(encryption: Encryption): boolean {
  return encryption.algorithm === 'aws:kms' && encryption.bucketKeyEnabled === true;
}

/** Only SSE-KMS has bucket keys. */
function withBucketKey(encryption: Encryption, bucketKeyEnabled: boolean): Encryption {
  return encryption.algorithm === 'aws:kms' ? { ...encryption, bucketKeyEnabled } : encryption;
}

export function encryptionHeaders(encryption: Encryption, bucket: Bucket): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { [ALGORITHM_HEADER]: encryption.algorithm };
  if (encryption.algorithm === 'aws:kms') {
    headers[KEY_HEADER] = encryption.kmsKeyArn ?? arnOf('kms', bucket.settings, 'alias/aws/s3');
    if (encryption.bucketKeyEnabled) headers[BUCKET_KEY_HEADER] = 'true';
  }
  return headers;
}
