/** Multipart uploads: begin, abort, and list them and their parts. */
import { canonicalUserId } from '../../../core/accounts.ts';
import type { ApiResponse } from '../../../core/api.ts';
import { requireOnKey, requireWrite } from '../access.ts';
import { checksumElement } from '../body/checksums.ts';
import { uploadChecksum } from '../body/upload-checksum.ts';
import { type ObjectCall, principalArn } from '../call.ts';
import { encryptionContext } from '../condition-keys.ts';
import { encryptionHeaders } from '../encryption.ts';
import { invalidArgument } from '../errors.ts';
import { draftObject } from '../new-object.ts';
import type { MultipartUpload } from '../state/model.ts';
import { quoted, xmlResponse } from '../wire.ts';
import { listedDate, pageSize } from './list-parameters.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export function createMultipartUpload(call: ObjectCall): ApiResponse {
  const { s3, bucket, key, headers, request } = call;
  requireWrite(call, false);
  const upload: MultipartUpload = {
    uploadId: bucket.nextUploadId(),
    key,
    initiated: new Date(s3.clock()),
    initiator: principalArn(request.caller.principal),
    checksum: uploadChecksum(headers.get('x-amz-checksum-algorithm'), headers.get('x-amz-checksum-type')),
    parts: new Map(),
    changesBefore: bucket.changes(key),
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
  await endUpload(call, requestedUpload(call));
  return { status: 204 };
}

export async function endUpload({ s3, bucket }: ObjectCall, { uploadId, parts }: MultipartUpload): Promise<void> {
  bucket.uploads.delete(uploadId);
  for (const part of parts.values()) await s3.blobs.release(part.segments);
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

/** What listings say of an upload's checksum: nothing unless its creator named the algorithm. */
export function named({ algorithm, type, named: isNamed }: MultipartUpload['checksum']): Record<string, string> {
  return isNamed ? { ChecksumAlgorithm: algorithm, ChecksumType: type } : {};
}
