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
import type { UploadChecksum } from '../body/upload-checksum.ts';
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
  const { uploadId, changesBefore, initiated } = upload;
  const object = await objectOf(call, upload, resolveParts(upload, listed), listed);
  // Another Complete or an Abort may have come in between.
  if (bucket.uploads.get(uploadId) !== upload) return complete(call, listed);
  s3.blobs.retain(object.segments);
  const version = await commitObject(call, object, {
    eventName: 'ObjectCreated:CompleteMultipartUpload',
    changesBefore,
    lastModified: initiated,
    inTheSameStep(version) {
      bucket.uploads.delete(uploadId);
      const { key, encryptionContext, object: begun, checksum } = upload;
      const listedParts = JSON.stringify(listed);
      bucket.completed.set(uploadId, { key, encryptionContext, object: begun, checksum, listedParts, version });
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
  { listedParts, version, checksum }: CompletedUpload,
  listed: ListedPart[],
): ObjectVersion {
  if (listedParts !== JSON.stringify(listed)) throw noSuchUpload(call.query.get('uploadId') ?? '');
  checkObjectSize(call.headers.get('x-amz-mp-object-size'), version.sizeBytes);
  if (version.checksum) checkDeclaredChecksum(call, checksum, version.checksum);
  return version;
}

/** @throws ApiError `InvalidRequest`, `BadDigest` when it isn't what the request declares */
async function objectOf(
  call: ObjectCall,
  upload: MultipartUpload,
  parts: UploadedPart[],
  listed: ListedPart[],
): Promise<NewObject> {
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  checkObjectSize(call.headers.get('x-amz-mp-object-size'), sizeBytes);
  const computed = await objectChecksum(upload, parts);
  checkDeclaredChecksum(call, upload.checksum, computed);
  const { named, algorithm } = upload.checksum;
  const isKept = (index: number) => listed[index]?.[`Checksum${algorithm}`] !== undefined;
  const { addsChecksums = true } = call.bucket.settings;
  return {
    ...upload.object,
    segments: parts.flatMap((part) => part.segments),
    sizeBytes,
    eTag: multipartETag(parts),
    checksum: named || addsChecksums ? computed : undefined,
    // S3 tells afterwards of what this request has listed: a full-object upload need not list any.
    parts: parts.map(({ sizeBytes, checksum }, index) => ({
      sizeBytes,
      checksum: named && isKept(index) ? checksum : undefined,
    })),
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

/**
 * As recorded from AWS in LocalStack's TestS3MultipartUploadChecksum: a value counts as composite unless its type is named, and of an
 * upload that named no algorithm S3 passes over those of another one than its own.
 * @throws ApiError `InvalidRequest` when the type isn't that of the upload, `BadDigest`
 */
function checkDeclaredChecksum({ headers }: ObjectCall, { named }: UploadChecksum, computed: StoredChecksum): void {
  const { algorithm, type, value } = computed;
  const declaredType = headers.get('x-amz-checksum-type')?.toUpperCase();
  if (declaredType !== undefined && (!named || declaredType !== type)) {
    const mode = named ? type : 'null';
    throw invalidRequest(
      `The upload was created using the ${mode} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const isUntyped = named && type === 'FULL_OBJECT' && algorithm !== 'CRC64NVME' && declaredType === undefined;
  for (const each of CHECKSUM_ALGORITHMS) {
    const declared = headers.get(checksumHeader(each));
    if (declared === undefined || (!named && each !== algorithm)) continue;
    // With or without the number of parts behind it (versity/versitygw#1589).
    const isRight = each === algorithm && [value, withoutPartsCount(value)].includes(declared);
    if (!isRight || isUntyped) throw badDigest(algorithm.toLowerCase());
  }
}

function multipartETag(parts: UploadedPart[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(Buffer.from(part.eTag, 'hex'));
  return `${md5.digest('hex')}-${parts.length}`;
}
