/** GetObject and HeadObject. */
import type { OutgoingHttpHeaders } from 'node:http';
import { ApiError, type ApiResponse } from '../../../core/api.ts';
import { findRequested, isAllowedOnObject } from '../access.ts';
import type { StoredChecksum } from '../body/checksums.ts';
import type { ObjectCall } from '../call.ts';
import { checkReadConditions } from '../conditional.ts';
import { encryptionHeaders, requireKey } from '../encryption.ts';
import { invalidArgument, invalidRequest } from '../errors.ts';
import { metadataHeaders } from '../metadata.ts';
import { checksumHeaders, versionHeaders } from '../new-object.ts';
import { type ByteRange, parseRange } from '../range.ts';
import { sliceSegments } from '../state/blobs.ts';
import type { ObjectVersion } from '../state/model.ts';
import { quoted } from '../wire.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function getObject(call: ObjectCall): ApiResponse {
  const object = findRequested(call, 's3:GetObject', 's3:GetObjectVersion');
  requireKey(call, call.bucket, call.key, object.encryption, 'kms:Decrypt');
  requireRestored(object);
  const { response, range } = describe(call, object);
  if (response.status === 304) return response;
  const segments = range ? sliceSegments(object.segments, range.start, range.end - range.start + 1) : object.segments;
  return { ...response, body: call.s3.blobs.read(segments) };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export function headObject(call: ObjectCall): ApiResponse {
  const object = findRequested(call, 's3:GetObject', 's3:GetObjectVersion');
  if (wantsChecksum(call)) requireKey(call, call.bucket, call.key, object.encryption, 'kms:Decrypt');
  return describe(call, object).response;
}

/** @throws ApiError `InvalidObjectState`: an archived object can't be read before it is restored */
export function requireRestored({ metadata: { storageClass } }: ObjectVersion): void {
  if (storageClass !== 'GLACIER' && storageClass !== 'DEEP_ARCHIVE') return;
  const message = "The operation is not valid for the object's storage class";
  throw new ApiError('InvalidObjectState', 403, message, { StorageClass: storageClass });
}

function describe(call: ObjectCall, object: ObjectVersion): { response: ApiResponse; range: ByteRange | undefined } {
  const { bucket } = call;
  const always: OutgoingHttpHeaders = {
    etag: quoted(object.eTag),
    'last-modified': object.lastModified.toUTCString(),
    ...versionHeaders(bucket, object),
  };
  const part = requestedPart(call, object);
  const range = part ? part.range : parseRange(call.headers.get('range'), object.sizeBytes);
  if (checkReadConditions(call.headers, object, call.s3.clock()) === 'not-modified') {
    return { response: { status: 304, headers: always }, range: undefined };
  }
  const { sizeBytes, tags } = object;
  const headers: OutgoingHttpHeaders = {
    ...metadataHeaders(object.metadata),
    ...always,
    'accept-ranges': 'bytes',
    'content-length': range ? range.end - range.start + 1 : sizeBytes,
    ...encryptionHeaders(object.encryption, bucket),
  };
  if (range) headers['content-range'] = `bytes ${range.start}-${range.end}/${sizeBytes}`;
  if (part && object.parts) headers['x-amz-mp-parts-count'] = object.parts.length;
  if (tags.size > 0 && isAllowedOnObject(call, object, 's3:GetObjectTagging')) {
    headers['x-amz-tagging-count'] = tags.size;
  }
  if (object.retention && isAllowedOnObject(call, object, 's3:GetObjectRetention')) {
    headers['x-amz-object-lock-mode'] = object.retention.mode;
    headers['x-amz-object-lock-retain-until-date'] = object.retention.until.toISOString();
  }
  if (wantsChecksum(call)) {
    const isWhole = range === undefined || (range.start === 0 && range.end === sizeBytes - 1);
    Object.assign(headers, checksumHeaders(part ? part.checksum : isWhole ? object.checksum : undefined));
  }
  Object.assign(headers, responseOverrides(call));
  return { response: { status: range ? 206 : 200, headers }, range };
}

function wantsChecksum({ headers }: ObjectCall): boolean {
  return headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
}

/** What `?partNumber=` asks for; an object that was put at once is its own only part. */
interface RequestedPart {
  /** None of an empty one. */
  range: ByteRange | undefined;
  /** The part's own, with the type of the object's. */
  checksum: StoredChecksum | undefined;
}

/** @throws ApiError `InvalidRequest`, `InvalidArgument`, `InvalidPartNumber` */
function requestedPart({ headers, query }: ObjectCall, object: ObjectVersion): RequestedPart | undefined {
  const partNumber = query.get('partNumber');
  if (partNumber === null) return undefined;
  if (headers.has('range')) throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  if (!/^\d{1,5}$/.test(partNumber) || Number(partNumber) === 0) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', partNumber);
  }
  const { checksum, parts = [{ sizeBytes: object.sizeBytes, checksum: checksum?.value }] } = object;
  const part = parts[Number(partNumber) - 1];
  if (part === undefined) {
    throw new ApiError('InvalidPartNumber', 416, 'The requested partnumber is not satisfiable', {
      PartNumberRequested: partNumber,
      ActualPartCount: String(parts.length),
    });
  }
  const start = parts.slice(0, Number(partNumber) - 1).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    range: part.sizeBytes === 0 ? undefined : { start, end: start + part.sizeBytes - 1 },
    checksum: checksum && part.checksum !== undefined ? { ...checksum, value: part.checksum } : undefined,
  };
}

const RESPONSE_OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

function responseOverrides({ query, request }: ObjectCall): OutgoingHttpHeaders {
  const overrides: OutgoingHttpHeaders = {};
  for (const header of RESPONSE_OVERRIDES) {
    const value = query.get(`response-${header}`);
    if (value !== null) overrides[header] = value;
  }
  if (Object.keys(overrides).length > 0 && request.caller.principal.kind === 'anonymous') {
    throw invalidRequest('Request specific response headers cannot be used for anonymous GET requests.');
  }
  return overrides;
}
