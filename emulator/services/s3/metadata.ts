/** System and user metadata of an object. */
import type { OutgoingHttpHeaders } from 'node:http';
import { ApiError } from '../../core/api.ts';
import { invalidArgument } from './errors.ts';
import type { Headers } from './headers.ts';
import { MAX_USER_METADATA_BYTES } from './limits.ts';
import { decodeHeaderValue, encodeHeaderValue } from './rfc2047.ts';

export const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
] as const;
export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** What a client says about an object besides its bytes. */
export interface ObjectMetadata {
  /** By header name; Content-Type is always there. */
  system: Record<string, string>;
  /** By name without `x-amz-meta-`, decoded. */
  user: ReadonlyMap<string, string>;
  /** Entries that S3 keeps to itself, since no header could hold them: here those without a name (treeverse/lakeFS#9727). */
  missing: number;
  storageClass: StorageClass;
}

const SYSTEM_HEADERS = [
  'content-type',
  'content-encoding',
  'content-language',
  'content-disposition',
  'cache-control',
  'expires',
  'x-amz-website-redirect-location',
];
const USER_PREFIX = 'x-amz-meta-';

/** @throws ApiError `MetadataTooLarge`, `InvalidStorageClass`, `InvalidArgument` */
export function readMetadata(headers: Headers): ObjectMetadata {
  const system: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of SYSTEM_HEADERS) {
    const value = headers.get(name);
    if (value) system[name] = value;
  }
  const encoding = withoutAwsChunked(system['content-encoding']);
  if (encoding === undefined) delete system['content-encoding'];
  else system['content-encoding'] = encoding;
  const redirect = system['x-amz-website-redirect-location'];
  if (redirect !== undefined && !/^(\/|https?:\/\/)/.test(redirect)) {
    const message = 'The website redirect location must have a prefix of http:// or https:// or /.';
    throw invalidArgument(message, 'x-amz-website-redirect-location', redirect);
  }
  const missing = headers.has(USER_PREFIX) ? 1 : 0;
  return { system, user: readUserMetadata(headers), missing, storageClass: readStorageClass(headers) };
}

function readUserMetadata(headers: Headers): Map<string, string> {
  const user = new Map<string, string>();
  let sizeBytes = 0;
  for (const [header, raw] of headers) {
    if (!header.startsWith(USER_PREFIX) || header === USER_PREFIX) continue;
    const name = header.slice(USER_PREFIX.length);
    const value = decodeHeaderValue(raw);
    sizeBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    user.set(name, value);
  }
  if (sizeBytes > MAX_USER_METADATA_BYTES) {
    throw new ApiError('MetadataTooLarge', 400, 'Your metadata headers exceed the maximum allowed metadata size', {
      Size: String(sizeBytes),
      MaxSizeAllowed: String(MAX_USER_METADATA_BYTES),
    });
  }
  return user;
}

export function readStorageClass(headers: Headers): StorageClass {
  const name = headers.get('x-amz-storage-class') ?? 'STANDARD';
  const storageClass = STORAGE_CLASSES.find((each) => each === name);
  if (storageClass === undefined) {
    throw new ApiError('InvalidStorageClass', 400, 'The storage class you specified is not valid', {
      StorageClassRequested: name,
    });
  }
  return storageClass;
}

/** `aws-chunked` describes the transfer, not the object. */
function withoutAwsChunked(contentEncoding: string | undefined): string | undefined {
  const encodings = contentEncoding?.split(',').map((encoding) => encoding.trim());
  return encodings?.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked').join(',') || undefined;
}

export function metadataHeaders({ system, user, missing, storageClass }: ObjectMetadata): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ...system };
  for (const [name, value] of user) headers[USER_PREFIX + name] = encodeHeaderValue(value);
  if (missing > 0) headers['x-amz-missing-meta'] = missing;
  if (storageClass !== 'STANDARD') headers['x-amz-storage-class'] = storageClass;
  return headers;
}
