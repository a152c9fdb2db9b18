/** Multipart uploads: begin, abort, and list them and their parts. */
import { randomBytes } from 'node:crypto';
import { canonicalUserId } from '../../../core/accounts.ts';
import type { ApiResponse } from '../../../core/api.ts';
import { requireOnBucket, requireOnKey, requireWrite } from '../access.ts';
import { checksumElement } from '../body/checksums.ts';
import { uploadChecksum } from '../body/upload-checksum.ts';
import { type BucketCall, type ObjectCall, principalArn } from '../call.ts';
import { encryptionContext } from '../condition-keys.ts';
import { encryptionHeaders } from '../encryption.ts';
import { invalidArgument, notImplemented } from '../errors.ts';
import { encodeKey } from '../key-encoding.ts';
import { draftObject } from '../new-object.ts';
import type { MultipartUpload } from '../state/model.ts';
import { compareUtf8 } from '../utf8-order.ts';
import { quoted, xmlResponse } from '../wire.ts';
import { listedDate, pageSize } from './list-objects.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export function createMultipartUpload(call: ObjectCall): ApiResponse {
  const { s3, bucket, key, headers, request } = call;
  requireWrite(call, false);
  const upload: MultipartUpload = {
    uploadId: randomBytes(48).toString('base64url'),
    key,
    initiated: new Date(s3.clock()),
    initiator: principalArn(request.caller.principal),
    checksum: uploadChecksum(headers.get('x-amz-checksum-algorithm'), headers.get('x-amz-checksum-type')),
    parts: new Map(),
    encryptionContext: encryptionContext(headers),
    object: draftObject(call),
  };
  bucket.uploads.set(upload.uploadId, upload);
  const { algorithm, type, named } = upload.checksum;
  return xmlResponse(
    'InitiateMultipartUploadResult',
    { Bucket: bucket.settings.name, Key: key, UploadId: upload.uploadId },
    {
      ...encryptionHeaders(upload.object.encryption, bucket),
      ...(named ? { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type } : {}),
    },
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export async function abortMultipartUpload(call: ObjectCall): Promise<ApiResponse> {
  requireOnKey(call, 's3:AbortMultipartUpload');
  const upload = requestedUpload(call);
  call.bucket.uploads.delete(upload.uploadId);
  for (const part of upload.parts.values()) await call.s3.blobs.release(part.segments);
  return { status: 204 };
}

/** @throws ApiError `NoSuchUpload` */
export function requestedUpload({ bucket, key, query }: ObjectCall): MultipartUpload {
  return bucket.upload(key, query.get('uploadId') ?? '');
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export function listParts(call: ObjectCall): ApiResponse {
  requireOnKey(call, 's3:ListMultipartUploadParts');
  const { uploadId, key, parts, checksum, initiator, object } = requestedUpload(call);
  const maxParts = pageSize(call.query, 'max-parts');
  const marker = Number(call.query.get('part-number-marker') ?? 0);
  if (!Number.isSafeInteger(marker) || marker < 0) {
    const message = 'Provided part-number-marker not an integer or within integer range';
    throw invalidArgument(message, 'part-number-marker', String(call.query.get('part-number-marker')));
  }
  const rest = [...parts.values()]
    .filter(({ partNumber }) => partNumber > marker)
    .sort((a, b) => a.partNumber - b.partNumber);
  const page = rest.slice(0, maxParts);
  const isTruncated = maxParts > 0 && rest.length > page.length;
  return xmlResponse('ListPartsResult', {
    Bucket: call.bucket.settings.name,
    Key: key,
    UploadId: uploadId,
    Initiator: { ID: initiator },
    Owner: { ID: canonicalUserId(object.owner) },
    StorageClass: object.metadata.storageClass,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.partNumber ?? 0,
    MaxParts: maxParts,
    IsTruncated: isTruncated,
    ...named(checksum),
    Part: page.map((part) => ({
      PartNumber: part.partNumber,
      LastModified: listedDate(part.lastModified),
      ETag: quoted(part.eTag),
      Size: part.sizeBytes,
      ...(checksum.named && { [checksumElement(checksum.algorithm)]: part.checksum }),
    })),
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export function listMultipartUploads(call: BucketCall): ApiResponse {
  const { bucket, query } = call;
  requireOnBucket(call, 's3:ListBucketMultipartUploads');
  if (query.get('delimiter')) throw notImplemented('a delimiter in ListMultipartUploads');
  const encodingType = query.get('encoding-type') ?? undefined;
  const encode = encodingType === 'url' ? encodeKey : (key: string) => key;
  const prefix = query.get('prefix') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const uploadIdMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '');
  const maxUploads = pageSize(query, 'max-uploads');
  const isBehindMarkers = ({ key, uploadId }: MultipartUpload) => {
    const order = compareUtf8(key, keyMarker);
    return order > 0 || (order === 0 && uploadIdMarker !== '' && uploadId > uploadIdMarker);
  };
  const rest = [...bucket.uploads.values()]
    .filter((upload) => upload.key.startsWith(prefix) && (keyMarker === '' || isBehindMarkers(upload)))
    .sort((a, b) => compareUtf8(a.key, b.key) || compareUtf8(a.uploadId, b.uploadId));
  const page = rest.slice(0, maxUploads);
  const isTruncated = maxUploads > 0 && rest.length > page.length;
  const last = isTruncated ? page.at(-1) : undefined;
  return xmlResponse('ListMultipartUploadsResult', {
    Bucket: bucket.settings.name,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: uploadIdMarker,
    NextKeyMarker: last && encode(last.key),
    NextUploadIdMarker: last?.uploadId,
    Prefix: encode(prefix),
    EncodingType: encodingType,
    MaxUploads: maxUploads,
    IsTruncated: isTruncated,
    Upload: page.map(({ key, uploadId, initiated, initiator, object, checksum }) => ({
      Key: encode(key),
      UploadId: uploadId,
      Initiator: { ID: initiator },
      Owner: { ID: canonicalUserId(object.owner) },
      StorageClass: object.metadata.storageClass,
      Initiated: listedDate(initiated),
      ...named(checksum),
    })),
  });
}

/** What listings say of an upload's checksum: nothing unless its creator named the algorithm. */
function named({ algorithm, type, named: isNamed }: MultipartUpload['checksum']): Record<string, string> {
  return isNamed ? { ChecksumAlgorithm: algorithm, ChecksumType: type } : {};
}
