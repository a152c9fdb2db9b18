/** ListObjects, ListObjectsV2 and ListObjectVersions. */
import { canonicalUserId } from '../../../core/accounts.ts';
import type { ApiResponse, ContextKeys } from '../../../core/api.ts';
import type { XmlNode } from '../../../protocols/xml.ts';
import { requireOnBucket } from '../access.ts';
import type { BucketCall } from '../call.ts';
import { invalidArgument } from '../errors.ts';
import { listPage } from '../listing.ts';
import type { AnyVersion } from '../state/bucket.ts';
import type { ObjectVersion } from '../state/model.ts';
import { checkVersionId } from '../version-id.ts';
import { quoted, xmlResponse } from '../wire.ts';
import { decodeToken, encodeToken, listedDate, readParameters } from './list-parameters.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjectsV2(call: BucketCall): ApiResponse {
  const { bucket, query } = call;
  requireOnBucket(call, 's3:ListBucket', listContext(query));
  requireKnownAttributes(call);
  if (query.get('list-type') !== '2') {
    throw invalidArgument('Invalid List Type specified in Request', 'list-type', query.get('list-type') ?? '');
  }
  const { encode, echo, ...parameters } = readParameters(call, 'max-keys');
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
    StartAfter: token === undefined ? startAfter && encode(startAfter) : undefined,
    Contents: page.items.map((object) => contents(object, encode, withOwner)),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export function listObjects(call: BucketCall): ApiResponse {
  const { bucket, query } = call;
  requireOnBucket(call, 's3:ListBucket', listContext(query));
  requireKnownAttributes(call);
  const { encode, echo, ...parameters } = readParameters(call, 'max-keys');
  const marker = query.get('marker') ?? '';
  const request = { ...parameters, after: marker || undefined, skipsPrefixOfAfter: true };
  const page = listPage(bucket.keys(), currentObject(call), request);
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
  requireKnownAttributes(call);
  const { encode, echo, ...parameters } = readParameters(call, 'max-keys');
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker') ?? '';
  if (versionMarker !== '' && keyMarker === '') {
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      versionMarker,
    );
  }
  if (versionMarker !== '') checkVersionId(versionMarker, 'version-id-marker');
  const versionsOf = (key: string): AnyVersion[] => {
    const versions = bucket.versions(key);
    if (key !== keyMarker || versionMarker === '') return [...versions];
    return versions.slice(versions.findIndex(({ versionId }) => versionId === versionMarker) + 1);
  };
  const page = listPage(bucket.keys(), versionsOf, {
    ...parameters,
    after: keyMarker || undefined,
    afterHasMore: versionMarker !== '',
    skipsPrefixOfAfter: true,
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
