import type { OutgoingHttpHeaders } from 'node:http';
import { ApiError } from '../api.ts';
import type { Bucket } from './bucket.ts';
import { callerAccount, type ServiceCall } from './call.ts';
import { accessDenied, invalidArgument, notImplemented } from './errors.ts';
import type { Encryption } from './model.ts';

const ALGORITHM_HEADER = 'x-amz-server-side-encryption';
const KEY_HEADER = 'x-amz-server-side-encryption-aws-kms-key-id';

/**
 * The encryption a new object gets: what the request says, else the bucket's default, else AES256.
 * @throws ApiError `InvalidArgument` 400, `NotImplemented` 501 for double-layer encryption
 */
export function resolveEncryption({ request, headers }: ServiceCall, bucket: Bucket): Encryption {
  const algorithm = headers.get(ALGORITHM_HEADER);
  const key = headers.get(KEY_HEADER);
  const byDefault = bucket.settings.encryption ?? { algorithm: 'AES256' };
  if (key !== undefined && algorithm !== 'aws:kms') {
    const message =
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms';
    throw invalidArgument(message, ALGORITHM_HEADER, algorithm ?? 'null');
  }
  switch (algorithm) {
    case undefined:
      return byDefault;
    case 'AES256':
      return { algorithm };
    case 'aws:kms': {
      if (key === undefined) return byDefault.algorithm === 'aws:kms' ? byDefault : { algorithm };
      const account = callerAccount(request.caller.principal) ?? bucket.settings.account;
      const kmsKeyArn = key.startsWith('arn:') ? key : `arn:aws:kms:${bucket.settings.region}:${account}:key/${key}`;
      return { algorithm, kmsKeyArn };
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
 * @throws ApiError `AccessDenied` in KMS's words; `KMS.NotFoundException` for a key nobody has declared
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
  const resourcePolicy = s3.kmsKeyPolicy(kmsKeyArn);
  if (!resourcePolicy) throw new ApiError('KMS.NotFoundException', 400, `Key '${kmsKeyArn}' does not exist`);
  s3.authorizer.authorize({
    caller: request.caller,
    action,
    resource: kmsKeyArn,
    resourceAccount: kmsKeyArn.split(':')[4] ?? '',
    resourcePolicy,
    context: {
      'kms:ViaService': `s3.${region}.amazonaws.com`,
      'kms:EncryptionContext:aws:s3:arn': `${bucket.arn}/${key}`,
      ...(caller === undefined ? {} : { 'kms:CallerAccount': caller }),
    },
  });
}

export function encryptionHeaders(encryption: Encryption, bucket: Bucket): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { [ALGORITHM_HEADER]: encryption.algorithm };
  if (encryption.algorithm === 'aws:kms') {
    const { region, account } = bucket.settings;
    headers[KEY_HEADER] = encryption.kmsKeyArn ?? `arn:aws:kms:${region}:${account}:alias/aws/s3`;
  }
  return headers;
}
