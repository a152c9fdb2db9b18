/** CompleteMultipartUpload. */
import { createHash } from 'node:crypto';
import type { ApiError, ApiResponse } from '../../../core/api.ts';
import { dnsSuffixOf } from '../../../core/partition.ts';
import { requirePart } from '../access.ts';
import {
  CHECKSUM_ALGORITHMS,
  checksumElement,
  checksumHeader,
  combineParts,
  compositeChecksum,
  isCrc,
  type StoredChecksum,
  withoutPartsCount,
} from '../body/checksums.ts';
import type { ObjectCall } from '../call.ts';
import { requireKey } from '../encryption.ts';
import { badDigest, invalidRequest, noSuchUpload } from '../errors.ts';
import { commitObject, writtenHeaders } from '../new-object.ts';
import type { CompletedUpload, MultipartUpload, NewObject, ObjectVersion, UploadedPart } from '../state/model.ts';
import { quoted, xmlResponse } from '../wire.ts';
import { type ListedPart, readListedParts, resolveParts } from './listed-parts.ts';
import { endUpload, requestedUpload } from './multipart-upload.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export async function completeMultipartUpload(call: ObjectCall): Promise<ApiResponse> {
  requirePart(call, true);
  const { object } = completedUpload(call) ?? requestedUpload(call);
  requireKey(call, call.bucket, call.key, object.encryption, 'kms:Decrypt');
  const listed = await readListedParts(call);
  return answerTo(call, await complete(call, listed));
}

async function complete(call: ObjectCall, listed: ListedPart[]): Promise<ObjectVersion> {
  const completed = completedUpload(call);
  if (completed) return completedVersion(call, completed, listed);
  const { s3, bucket } = call;
  const upload = requestedUpload(call);
  const { uploadId, changesBefore, initiated, key, encryptionContext } = upload;
  const object = await objectOf(call, upload, resolveParts(upload, listed));
  // Another Complete or an Abort may have come in between.
  if (bucket.uploads.get(uploadId) !== upload) return complete(call, listed);
  s3.blobs.retain(object.segments);
  const version = await commitObject(call, object, {
    eventName: 'ObjectCreated:CompleteMultipartUpload',
    changesBefore,
    lastModified: initiated,
    inTheSameStep(version) {
      bucket.uploads.delete(uploadId);
      const listedParts = JSON.stringify(listed);
      bucket.completed.set(uploadId, { key, encryptionContext, object: upload.object, listedParts, version });
    },
  }).catch(async (error: unknown) => {
    // Then the upload has to be made anew, as the page says; it is gone (elastic/elasticsearch#138569).
    if ((error as ApiError).code === 'ConditionalRequestConflict') await endUpload(call, upload);
    throw error;
  });
  for (const part of upload.parts.values()) await s3.blobs.release(part.segments);
  return version;
}

function completedUpload({ bucket, key, query }: ObjectCall): CompletedUpload | undefined {
  const completed = bucket.completed.get(query.get('uploadId') ?? '');
  return completed?.key === key ? completed : undefined;
}

/**
 * S3 gives the same answer again (observed in adobe/S3Mock#2586), also where the key is taken and If-None-Match is sent (moto's
 * test_idempotent_multipart_upload, verified with AWS). What it answers to another list of parts is not known.
 * @throws ApiError `NoSuchUpload` for another list, `InvalidRequest`, `BadDigest`
 */
function completedVersion(
  call: ObjectCall,
  { listedParts, version }: CompletedUpload,
  listed: ListedPart[],
): ObjectVersion {
  if (listedParts !== JSON.stringify(listed)) throw noSuchUpload(call.query.get('uploadId') ?? '');
  checkObjectSize(call.headers.get('x-amz-mp-object-size'), version.sizeBytes);
  if (version.checksum) checkDeclaredChecksum(call, version.checksum);
  return version;
}

/** @throws ApiError `InvalidRequest`, `BadDigest` when it isn't what the request declares */
async function objectOf(call: ObjectCall, upload: MultipartUpload, parts: UploadedPart[]): Promise<NewObject> {
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  checkObjectSize(call.headers.get('x-amz-mp-object-size'), sizeBytes);
  const computed = await objectChecksum(upload, parts);
  checkDeclaredChecksum(call, computed);
  const { named } = upload.checksum;
  const { addsChecksums = true } = call.bucket.settings;
  return {
    ...upload.object,
    segments: parts.flatMap((part) => part.segments),
    sizeBytes,
    eTag: multipartETag(parts),
    checksum: named || addsChecksums ? computed : undefined,
    parts: parts.map(({ sizeBytes, checksum }) => ({ sizeBytes, checksum: named ? checksum : undefined })),
  };
}

function answerTo({ bucket, key }: ObjectCall, version: ObjectVersion): ApiResponse {
  const { name, region } = bucket.settings;
  const { checksum } = version;
  return xmlResponse(
    'CompleteMultipartUploadResult',
    {
      Location: `https://${name}.s3.${region}.${dnsSuffixOf(region)}/${encodeURIComponent(key)}`,
      Bucket: name,
      Key: key,
      ETag: quoted(version.eTag),
      ...(checksum && { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type }),
    },
    writtenHeaders(bucket, version),
  );
}

function checkObjectSize(declared: string | undefined, sizeBytes: number): void {
  if (declared === undefined || declared === String(sizeBytes)) return;
  throw invalidRequest(
    `The provided 'x-amz-mp-object-size' header value ${declared} does not match what was computed: ${sizeBytes}`,
  );
}

async function objectChecksum({ checksum }: MultipartUpload, parts: UploadedPart[]): Promise<StoredChecksum> {
  const { algorithm, type } = checksum;
  const value =
    type === 'FULL_OBJECT' && isCrc(algorithm)
      ? combineParts(algorithm, parts)
      : await compositeChecksum(
          algorithm,
          parts.map((part) => part.checksum),
        );
  return { algorithm, type, value };
}

/** @throws ApiError `InvalidRequest` when type or algorithm differ from those of the upload, `BadDigest` */
function checkDeclaredChecksum({ headers }: ObjectCall, { algorithm, type, value }: StoredChecksum): void {
  const declaredType = headers.get('x-amz-checksum-type');
  if (declaredType !== undefined && declaredType.toUpperCase() !== type) {
    throw invalidRequest(
      `The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  for (const each of CHECKSUM_ALGORITHMS) {
    const declared = headers.get(checksumHeader(each));
    if (declared === undefined) continue;
    if (each !== algorithm) {
      throw invalidRequest(
        `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${each.toLowerCase()}`,
      );
    }
    // With or without the number of parts behind it (versity/versitygw#1589).
    if (declared !== value && declared !== withoutPartsCount(value)) throw badDigest(algorithm);
  }
}

function multipartETag(parts: UploadedPart[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(Buffer.from(part.eTag, 'hex'));
  return `${md5.digest('hex')}-${parts.length}`;
}
