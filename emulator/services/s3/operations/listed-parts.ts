/** CompleteMultipartUpload's list of parts: read, and compared with the parts that were uploaded. */
import { z } from 'zod';
import { ApiError } from '../../../core/api.ts';
import { readXmlBody } from '../body/body.ts';
import { CHECKSUM_ALGORITHMS } from '../body/checksums.ts';
import type { ObjectCall } from '../call.ts';
import { invalidRequest, malformedXml, missingContentLength } from '../errors.ts';
import { MAX_PARTS, MIN_PART_BYTES } from '../limits.ts';
import type { MultipartUpload, UploadedPart } from '../state/model.ts';
import { oneOrMany, parseBody } from '../xml-schema.ts';

const partSchema = z.strictObject({
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
const completeSchema = z.strictObject({ Part: oneOrMany(partSchema) });
export type ListedPart = z.infer<typeof partSchema>;

/** The checksum headers of this request speak of the object, not of the XML that lists its parts. */
export async function readListedParts(call: ObjectCall): Promise<ListedPart[]> {
  const length = call.headers.get('content-length');
  if (length === undefined) throw missingContentLength();
  const plan = { sizeBytes: Number(length), contentMd5: call.headers.get('content-md5'), checksum: undefined };
  const { Part } = parseBody(await readXmlBody(call, plan), 'CompleteMultipartUpload', completeSchema);
  if (Part.length > MAX_PARTS) throw malformedXml();
  return Part;
}

/** @throws ApiError `InvalidPartOrder`, `InvalidPart`, `EntityTooSmall`, `InvalidRequest` */
export function resolveParts(upload: MultipartUpload, listed: ListedPart[]): UploadedPart[] {
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

/** Refusals as recorded from AWS in LocalStack's TestS3MultipartUploadChecksum. */
function matchingPart({ uploadId, parts, checksum }: MultipartUpload, listed: ListedPart): UploadedPart {
  const part = parts.get(listed.PartNumber);
  const invalidPart = () =>
    new ApiError(
      'InvalidPart',
      400,
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      { UploadId: uploadId, PartNumber: String(listed.PartNumber), ETag: listed.ETag },
    );
  if (part?.eTag !== listed.ETag) throw invalidPart();
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const claimed = listed[`Checksum${algorithm}`];
    if (claimed === undefined) continue;
    if (!checksum.named) throw invalidPart();
    if (algorithm !== checksum.algorithm) {
      const message = `The ${algorithm.toLowerCase()} you specified for part ${part.partNumber} did not match what we received.`;
      throw new ApiError('BadDigest', 400, message);
    }
    if (claimed !== part.checksum) throw invalidPart();
  }
  if (checksum.type === 'COMPOSITE' && listed[`Checksum${checksum.algorithm}`] === undefined) {
    throw invalidRequest(
      `The upload was created using a ${checksum.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${listed.PartNumber} in the request.`,
    );
  }
  return part;
}
