/** UploadPart and UploadPartCopy. */
import type { ApiResponse } from '../../../core/api.ts';
import { requirePart } from '../access.ts';
import { storeBody } from '../body/body.ts';
import { planBody } from '../body/body-plan.ts';
import { type ChecksumAlgorithm, checksumElement, checksumHeader } from '../body/checksums.ts';
import type { UploadChecksum } from '../body/upload-checksum.ts';
import type { ObjectCall } from '../call.ts';
import { digestSegments, findCopySource } from '../copy-source.ts';
import { encryptionHeaders, requireKey } from '../encryption.ts';
import { entityTooLarge, invalidArgument, invalidRequest, noSuchUpload } from '../errors.ts';
import { MAX_PARTS, MAX_SINGLE_PUT_BYTES } from '../limits.ts';
import { singleETag } from '../new-object.ts';
import { requireDigest } from '../object-lock.ts';
import { parseCopyRange } from '../range.ts';
import { sliceSegments } from '../state/blobs.ts';
import type { MultipartUpload, UploadedPart } from '../state/model.ts';
import { quoted, xmlResponse } from '../wire.ts';
import { listedDate } from './list-parameters.ts';
import { requestedUpload } from './multipart-upload.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export async function uploadPart(call: ObjectCall): Promise<ApiResponse> {
  const partNumber = requestedPartNumber(call);
  requirePart(call, false);
  const upload = requestedUpload(call);
  const { encryption } = upload.object;
  requireKey(call, call.bucket, call.key, encryption, 'kms:Decrypt');
  const plan = planBody(call.request, call.headers);
  requireDigest(call.bucket, plan, 'Part');
  checkPartChecksum(upload.checksum, plan.checksum?.algorithm);
  const { algorithm } = upload.checksum;
  const { segments, sizeBytes, md5Hex, checksums, given } = await storeBody(call, plan, [algorithm]);
  const checksum = checksums.get(algorithm)!;
  const part = await storePart(call, upload, {
    partNumber,
    segments,
    sizeBytes,
    eTag: singleETag(md5Hex, encryption),
    checksum,
    given,
  });
  const answered = given ?? (upload.checksum.named ? { algorithm, value: checksum } : undefined);
  return {
    status: 200,
    headers: {
      etag: quoted(part.eTag),
      ...(answered && { [checksumHeader(answered.algorithm)]: answered.value }),
      ...encryptionHeaders(encryption, call.bucket),
    },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export async function uploadPartCopy(call: ObjectCall): Promise<ApiResponse> {
  const { s3, headers, bucket } = call;
  const partNumber = requestedPartNumber(call);
  const source = findCopySource(call);
  requirePart(call, false);
  const upload = requestedUpload(call);
  requireKey(call, bucket, call.key, upload.object.encryption, 'kms:Decrypt');
  const rangeHeader = headers.get('x-amz-copy-source-range');
  const range = rangeHeader === undefined ? undefined : parseCopyRange(rangeHeader, source.object.sizeBytes);
  const sizeBytes = range ? range.end - range.start + 1 : source.object.sizeBytes;
  if (sizeBytes > MAX_SINGLE_PUT_BYTES) throw entityTooLarge(sizeBytes, MAX_SINGLE_PUT_BYTES);
  const segments = sliceSegments(source.object.segments, range?.start ?? 0, sizeBytes);
  s3.blobs.retain(segments);
  const { algorithm, named } = upload.checksum;
  const { md5Hex, checksum } = await digestSegments(s3.blobs, segments, algorithm);
  const eTag = singleETag(md5Hex, upload.object.encryption);
  const part = await storePart(call, upload, { partNumber, segments, sizeBytes, eTag, checksum, given: undefined });
  return xmlResponse(
    'CopyPartResult',
    {
      ETag: quoted(part.eTag),
      LastModified: listedDate(part.lastModified),
      ...(named && { [checksumElement(algorithm)]: checksum }),
    },
    {
      ...encryptionHeaders(upload.object.encryption, bucket),
      ...(source.bucket.isVersioned ? { 'x-amz-copy-source-version-id': source.object.versionId } : {}),
    },
  );
}

/** Takes the place of an earlier part of that number; refused if the upload has ended while the bytes came in. */
async function storePart(
  { s3, bucket }: ObjectCall,
  upload: MultipartUpload,
  content: Omit<UploadedPart, 'lastModified'>,
): Promise<UploadedPart> {
  if (bucket.uploads.get(upload.uploadId) !== upload) {
    await s3.blobs.release(content.segments);
    throw noSuchUpload(upload.uploadId);
  }
  const replaced = upload.parts.get(content.partNumber);
  const part = { ...content, lastModified: new Date(s3.clock()) };
  upload.parts.set(part.partNumber, part);
  if (replaced) await s3.blobs.release(replaced.segments);
  return part;
}

function requestedPartNumber({ query }: ObjectCall): number {
  const text = query.get('partNumber') ?? '';
  const partNumber = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (partNumber >= 1 && partNumber <= MAX_PARTS) return partNumber;
  throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', text);
}

/**
 * A composite checksum needs one of each part; a full-object one is combined from what is computed here anyway.
 * @throws ApiError `InvalidRequest`
 */
export function checkPartChecksum(upload: UploadChecksum, given: ChecksumAlgorithm | undefined): void {
  const missing = given === undefined && upload.type === 'COMPOSITE';
  const different = given !== undefined && upload.named && given !== upload.algorithm;
  if (!missing && !different) return;
  const expected = upload.algorithm.toLowerCase();
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${given?.toLowerCase() ?? 'null'}`,
  );
}
