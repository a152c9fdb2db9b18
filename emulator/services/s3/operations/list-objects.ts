/** ListObjects, ListObjectsV2 and ListObjectVersions. */
import { canonicalUserId } from '../../../core/accounts.ts';
import type { ApiResponse, ContextKeys } from '../../../core/api.ts';
import type { XmlNode } from '../../../protocols/xml.ts';
import { requireOnBucket } from '../access.ts';
import type { BucketCall } from '../call.ts';
import { invalidArgument } from '../errors.ts';
import { encodeKey } from '../key-encoding.ts';
import { MAX_PAGE_SIZE } from '../limits.ts';
import { listPage } from '../listing.ts';
import type { AnyVersion } from '../state/bucket.ts';
import type { ObjectVersion } from '../state/model.ts';
import { quoted, xmlResponse } from '../wire.ts';

interface ListParameters {
  prefix: string;
  delimiter: string;
  maxItems: number;
  encode: (key: string) => string;
  /** Elements that every kind of listing repeats from its request. */
  echo: Record<string, XmlNode>;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjectsV2(call: BucketCall): ApiResponse {
  const { bucket, query } = call;
  requireOnBucket(call, 's3:ListBucket', listContext(query));
  requireKnownAttributes(call);
  const { encode, echo, ...parameters } = readParameters(call);
  const token = query.get('continuation-token') ?? undefined;
  const startAfter = query.get('start-after') ?? undefined;
  const after = token === undefined ? startAfter : decodeToken(token);
  const page = listPage(bucket.keys(), currentObject(call), { ...parameters, after });
  const withOwner = query.get('fetch-owner') === 'true';
  return xmlResponse('ListBucketResult', {
    ...echo,
    KeyCount: page.items.length + page.commonPrefixes.length,
    IsTruncated: page.isTruncated,
    ContinuationToken: token,
    NextContinuationToken: page.isTruncated ? encodeToken(page.last!) : undefined,
    StartAfter: startAfter && encode(startAfter),
    Contents: page.items.map((object) => contents(object, encode, withOwner)),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export function listObjects(call: BucketCall): ApiResponse {
  const { bucket, query } = call;
  requireOnBucket(call, 's3:ListBucket', listContext(query));
  const { encode, echo, ...parameters } = readParameters(call);
  const marker = query.get('marker') ?? '';
  const page = listPage(bucket.keys(), currentObject(call), { ...parameters, after: marker || undefined });
  // Without a delimiter S3 leaves NextMarker out: the last key serves.
  const nextMarker = page.isTruncated && parameters.delimiter !== '' ? encode(page.last!) : undefined;
  return xmlResponse('ListBucketResult', {
    ...echo,
    Marker: encode(marker),
    NextMarker: nextMarker,
    IsTruncated: page.isTruncated,
    Contents: page.items.map((object) => contents(object, encode, true)),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export function listObjectVersions(call: BucketCall): ApiResponse {
  const { bucket, query } = call;
  requireOnBucket(call, 's3:ListBucketVersions', listContext(query));
  const { encode, echo, ...parameters } = readParameters(call);
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker') ?? '';
  if (versionMarker !== '' && keyMarker === '') {
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      versionMarker,
    );
  }
  const versionsOf = (key: string): AnyVersion[] => {
    const versions = bucket.versions(key);
    if (key !== keyMarker || versionMarker === '') return [...versions];
    return versions.slice(versions.findIndex(({ versionId }) => versionId === versionMarker) + 1);
  };
  const page = listPage(bucket.keys(), versionsOf, {
    ...parameters,
    after: keyMarker || undefined,
    afterHasMore: versionMarker !== '',
  });
  const lastVersion = page.items.at(-1);
  const next = page.isTruncated ? page.last! : undefined;
  const entry = (version: AnyVersion): Record<string, XmlNode> => ({
    ...(version.kind === 'object' ? contents(version, encode, true) : deleteMarker(version, encode)),
    VersionId: version.versionId,
    IsLatest: bucket.versions(version.key)[0] === version,
  });
  return xmlResponse('ListVersionsResult', {
    ...echo,
    KeyMarker: encode(keyMarker),
    VersionIdMarker: versionMarker,
    NextKeyMarker: next && encode(next),
    NextVersionIdMarker: next !== undefined && lastVersion?.key === next ? lastVersion.versionId : undefined,
    IsTruncated: page.isTruncated,
    Version: page.items.filter(({ kind }) => kind === 'object').map(entry),
    DeleteMarker: page.items.filter(({ kind }) => kind === 'delete-marker').map(entry),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

/**
 * `RestoreStatus` is all there is to ask for. No object has one here: nothing is restored.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 * @throws ApiError `InvalidArgument`
 */
function requireKnownAttributes({ headers }: BucketCall): void {
  const name = 'x-amz-optional-object-attributes';
  const asked = headers.get(name);
  if (asked === undefined || asked === 'RestoreStatus') return;
  throw invalidArgument('Invalid attribute name specified', name, asked);
}

/** What a policy may ask about a listing. An absent prefix counts as an empty one, as on S3. */
function listContext(query: URLSearchParams): ContextKeys {
  const context: ContextKeys = { 's3:prefix': query.get('prefix') ?? '' };
  for (const name of ['delimiter', 'max-keys']) {
    const value = query.get(name);
    if (value !== null) context[`s3:${name}`] = value;
  }
  return context;
}

function readParameters({ bucket, query }: BucketCall): ListParameters {
  const encodingType = query.get('encoding-type') ?? undefined;
  if (encodingType !== undefined && encodingType !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encodingType);
  }
  const encode = encodingType === 'url' ? encodeKey : (key: string) => key;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const maxItems = pageSize(query, 'max-keys');
  const echo = {
    Name: bucket.settings.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: maxItems,
    EncodingType: encodingType,
  };
  return { prefix, delimiter, maxItems, encode, echo };
}

/** @throws ApiError `InvalidArgument` */
export function pageSize(query: { get(name: string): string | null | undefined }, name: string): number {
  const text = query.get(name);
  if (!text) return MAX_PAGE_SIZE;
  if (!/^\d{1,10}$/.test(text) || Number(text) > 0x7fffffff) {
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
  }
  return Math.min(Number(text), MAX_PAGE_SIZE);
}

function currentObject({ bucket }: BucketCall): (key: string) => ObjectVersion[] {
  return (key) => {
    const object = bucket.current(key);
    return object ? [object] : [];
  };
}

function contents(object: ObjectVersion, encode: (key: string) => string, withOwner: boolean): Record<string, XmlNode> {
  return {
    Key: encode(object.key),
    LastModified: listedDate(object.lastModified),
    ETag: quoted(object.eTag),
    ChecksumAlgorithm: object.checksum?.algorithm,
    ChecksumType: object.checksum?.type,
    Size: object.sizeBytes,
    StorageClass: object.metadata.storageClass,
    Owner: withOwner ? { ID: canonicalUserId(object.owner) } : undefined,
  };
}

function deleteMarker(
  marker: Exclude<AnyVersion, ObjectVersion>,
  encode: (key: string) => string,
): Record<string, XmlNode> {
  return {
    Key: encode(marker.key),
    LastModified: listedDate(marker.lastModified),
    Owner: { ID: canonicalUserId(marker.owner) },
  };
}

/** Listings show whole seconds, as headers do, though in the form of milliseconds. */
export function listedDate(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, '.000Z');
}

function encodeToken(last: string): string {
  return `1${Buffer.from(last).toString('base64url')}`;
}

function decodeToken(token: string): string {
  if (!/^1[\w-]+$/.test(token)) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return Buffer.from(token.slice(1), 'base64url').toString();
}
