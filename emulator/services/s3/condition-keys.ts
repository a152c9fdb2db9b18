/** What S3's condition keys are in a request. */
import type { ContextKeys } from '../../core/api.ts';
import type { ServiceCall } from './call.ts';
import type { Headers } from './headers.ts';

const WRITE_CONTEXT_HEADERS = [
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
  'x-amz-metadata-directive',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
  'if-match',
  'if-none-match',
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html: the age counts for presigned URLs only. */
export function requestContext({ request: { signature, tlsVersion, headers } }: ServiceCall): ContextKeys {
  // In a presigned URL it may stand in the query as well, where the key doesn't look for it.
  const payload = headers['x-amz-content-sha256'];
  return {
    ...(tlsVersion !== undefined && { 's3:TlsVersion': tlsVersion }),
    ...(signature && {
      's3:signatureversion': 'AWS4-HMAC-SHA256',
      's3:authType': signature.kind === 'header' ? 'REST-HEADER' : 'REST-QUERY-STRING',
    }),
    ...(signature?.kind === 'presigned' && { 's3:signatureAge': `${signature.ageMs}` }),
    ...(payload !== undefined && { 's3:x-amz-content-sha256': payload }),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html */
export function creationContext(creates: boolean): ContextKeys {
  return { 's3:ObjectCreationOperation': `${creates}` };
}

/** What a request asks for by its headers about encryption. */
export function encryptionContext(headers: Headers): ContextKeys {
  const isAboutEncryption = (name: string) => name.startsWith('s3:x-amz-server-side-encryption');
  return Object.fromEntries(Object.entries(writeContext(headers)).filter(([name]) => isAboutEncryption(name)));
}

export function writeContext(headers: Headers): ContextKeys {
  const context: ContextKeys = {};
  for (const name of WRITE_CONTEXT_HEADERS) {
    const value = headers.get(name);
    if (value !== undefined) context[`s3:${name}`] = value;
  }
  return { ...context, ...tagsContext([...new URLSearchParams(headers.get('x-amz-tagging') ?? '')]) };
}

/** Of the tags that a request would give an object. */
export function tagsContext(tags: readonly (readonly [key: string, value: string])[]): ContextKeys {
  return {
    ...Object.fromEntries(tags.map(([key, value]) => [`s3:RequestObjectTag/${key}`, value])),
    's3:RequestObjectTagKeys': tags.map(([key]) => key),
  };
}
