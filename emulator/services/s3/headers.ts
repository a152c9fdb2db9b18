/** The headers of a request, with those that a presigned URL carries in its query. */
import type { ApiRequest } from '../../core/api.ts';
import { headerNotImplemented } from './errors.ts';

/** The headers of a request by lower-case name, with what a presigned URL carries in their place in its query. */
export type Headers = ReadonlyMap<string, string>;

/** Query parameters of the signature itself. */
const SIGNATURE_PARAMETERS = new Set([
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-signedheaders',
  'x-amz-signature',
]);

/** The headers of S3 that something here reads, or that may be left unread without a change to the result. */
const KNOWN_HEADERS = new Set([
  'x-amz-acl',
  'x-amz-api-version',
  'x-amz-checksum-algorithm',
  'x-amz-checksum-crc32',
  'x-amz-checksum-crc32c',
  'x-amz-checksum-crc64nvme',
  'x-amz-checksum-md5',
  'x-amz-checksum-mode',
  'x-amz-checksum-sha1',
  'x-amz-checksum-sha256',
  'x-amz-checksum-sha512',
  'x-amz-checksum-type',
  'x-amz-content-sha256',
  'x-amz-copy-source',
  'x-amz-copy-source-if-match',
  'x-amz-copy-source-if-modified-since',
  'x-amz-copy-source-if-none-match',
  'x-amz-copy-source-if-unmodified-since',
  'x-amz-copy-source-range',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-expected-bucket-owner',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
  'x-amz-max-parts',
  'x-amz-metadata-directive',
  'x-amz-mp-object-size',
  'x-amz-object-attributes',
  'x-amz-object-ownership',
  'x-amz-optional-object-attributes',
  'x-amz-part-number-marker',
  'x-amz-request-payer',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-security-token',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-skip-destination-validation',
  'x-amz-source-expected-bucket-owner',
  'x-amz-storage-class',
  'x-amz-tagging',
  'x-amz-tagging-directive',
  'x-amz-trailer',
  'x-amz-user-agent',
  'x-amz-website-redirect-location',
]);

/** @throws ApiError `NotImplemented` for an `x-amz-` header that nothing here knows: its effect would be missing silently */
export function readHeaders({ headers, query }: Pick<ApiRequest, 'headers' | 'query'>): Headers {
  const merged = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) merged.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  for (const [parameter, value] of query) {
    const name = parameter.toLowerCase();
    if (name.startsWith('x-amz-') && !SIGNATURE_PARAMETERS.has(name)) merged.set(name, value);
  }
  for (const name of merged.keys()) {
    if (name.startsWith('x-amz-') && !name.startsWith('x-amz-meta-') && !KNOWN_HEADERS.has(name)) {
      throw headerNotImplemented(name);
    }
  }
  return merged;
}
