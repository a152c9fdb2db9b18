/** CompleteMultipartUpload. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ApiError, type ApiResponse } from '../../../core/api.ts';
import { dnsSuffixOf } from '../../../core/partition.ts';
import { requirePart } from '../access.ts';
import { readXmlBody } from '../body/body.ts';
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
import { badDigest, invalidRequest, malformedXml, missingContentLength, noSuchUpload } from '../errors.ts';
import { MAX_PARTS, MIN_PART_BYTES } from '../limits.ts';
import { commitObject, writtenHeaders } from '../new-object.ts';
import type { MultipartUpload, UploadedPart } from '../state/model.ts';
import { parseXml, quoted, xmlResponse } from '../wire.ts';
import { oneOrMany } from '../xml-schema.ts';
import { requestedUpload } from './multipart-upload.ts';

const partSchema = z.object({
  PartNumber: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
  ETag: z.string().transform((eTag) => eTag.replace(/^"(.*)"$/, '$1')),
  ChecksumCRC32: z.string().optional(),
  ChecksumCRC32C: z.string().optional(),
  ChecksumCRC64NVME: z.string().optional(),
  ChecksumSHA1: z.string().optional(),
  ChecksumSHA256: z.string().optional(),
  ChecksumSHA512: z.string().optional(),
  ChecksumMD5: z.string().optional(),
});
const completeSchema = z.object({ Part: oneOrMany(partSchema) });
type ListedPart = z.infer<typeof partSchema>;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export async function completeMultipartUpload(call: ObjectCall): Promise<ApiResponse> {
  const { s3, bucket, key, headers } = call;
  requirePart(call, true);
  const upload = requestedUpload(call);
  requireKey(call, bucket, key, upload.object.encryption, 'kms:Decrypt');
  const listed = await readListedParts(call);
  const parts = resolveParts(upload, listed);
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  checkObjectSize(headers.get('x-amz-mp-object-size'), sizeBytes);
  const computed = await objectChecksum(upload, parts);
  checkDeclaredChecksum(call, computed);
  const { addsChecksums = true } = bucket.settings;
  const checksum = upload.checksum.named || addsChecksums ? computed : undefined;
  // Another Complete or an Abort may have come in between.
  if (bucket.uploads.get(upload.uploadId) !== upload) throw noSuchUpload(upload.uploadId);

  const segments = parts.flatMap((part) => part.segments);
  s3.blobs.retain(segments);
  const version = await commitObject(
    call,
    {
      ...upload.object,
      segments,
      sizeBytes,
      eTag: multipartETag(parts),
      checksum,
      parts: parts.map(({ sizeBytes, checksum }) => ({
        sizeBytes,
        checksum: upload.checksum.named ? checksum : undefined,
      })),
    },
    'ObjectCreated:CompleteMultipartUpload',
    () => bucket.uploads.delete(upload.uploadId),
    upload.initiated,
  );
  for (const part of upload.parts.values()) await s3.blobs.release(part.segments);
  return xmlResponse(
    'CompleteMultipartUploadResult',
    {
      Location: `https://${bucket.settings.name}.s3.${bucket.settings.region}.${dnsSuffixOf(bucket.settings.region)}/${encodeURIComponent(key)}`,
      Bucket: bucket.settings.name,
      Key: key,
      ETag: quoted(version.eTag),
      ...(checksum && { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type }),
    },
    writtenHeaders(bucket, version),
  );
}

/** The checksum headers of this request speak of the object, not of the XML that lists its parts. */
async function readListedParts(call: ObjectCall): Promise<ListedPart[]> {
  const length = call.headers.get('content-length');
  if (length === undefined) throw missingContentLength();
  const plan = { sizeBytes: Number(length), contentMd5: call.headers.get('content-md5'), checksum: undefined };
  const body = completeSchema.safeParse(parseXml(await readXmlBody(call, plan), 'CompleteMultipartUpload'));
  if (!body.success || body.data.Part.length > MAX_PARTS) throw malformedXml();
  return body.data.Part;
}

/** @throws ApiError `InvalidPartOrder`, `InvalidPart`, `EntityTooSmall`, `InvalidRequest` */
function resolveParts(upload: MultipartUpload, listed: ListedPart[]): UploadedPart[] {
  if (listed.some((part, index) => index > 0 && part.PartNumber <= listed[index - 1]!.PartNumber)) {
    const message =
      'The list of parts was not in ascending order. The parts list must be specified in order by part number.';
    throw new ApiError('InvalidPartOrder', 400, message, { UploadId: upload.uploadId });
  }
  const parts = listed.map((each) => matchingPart(upload, each));
  const small = parts.slice(0, -1).find((part) => part.sizeBytes < MIN_PART_BYTES);
  if (small) {
    throw new ApiError('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size', {
      ProposedSize: String(small.sizeBytes),
      MinSizeAllowed: String(MIN_PART_BYTES),
      PartNumber: String(small.partNumber),
      ETag: small.eTag,
    });
  }
  return parts;
}

function matchingPart({ uploadId, parts, checksum }: MultipartUpload, listed: ListedPart): UploadedPart {
  const part = parts.get(listed.PartNumber);
  const invalidPart = () =>
    new ApiError(
      'InvalidPart',
      400,
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      { UploadId: uploadId, PartNumber: String(listed.PartNumber), ETag: listed.ETag },
    );
  if (part?.eTag !== listed.ETag) throw invalidPart();
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const claimed = listed[`Checksum${algorithm}`];
    if (claimed === undefined) continue;
    const known =
      algorithm === checksum.algorithm ? part.checksum : part.given?.algorithm === algorithm && part.given.value;
    if (claimed !== known) throw invalidPart();
  }
  if (checksum.type === 'COMPOSITE' && listed[`Checksum${checksum.algorithm}`] === undefined) {
    throw invalidRequest(
      `The upload was created using a ${checksum.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${listed.PartNumber} in the request.`,
    );
  }
  return part;
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
