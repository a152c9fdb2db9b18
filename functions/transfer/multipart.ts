import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3';
import { requireAnswer } from './answered.ts';
import { type Checksum, checksumMember, fullObjectChecksum, worksForMultipart } from './checksum.ts';
import { type Crc32Part, combineCrc32, crc32ToBase64 } from './crc32.ts';
import { destinationFailure } from './failures.ts';
import type { Part } from './plan.ts';
import type { SentPart } from './send-part.ts';
import { sendRun } from './send-run.ts';
import { conditionOf, type Delivered, type Transfer } from './transfer.ts';

/**
 * A multipart upload whose parts are streamed and whose full-object checksum the destination verifies at the end.
 * The writer role may not abort an upload: what a failure leaves behind is removed by the bucket's lifecycle rule.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export async function putMultipart(transfer: Transfer, parts: Part[]): Promise<Delivered> {
  const handedOn = worksForMultipart(transfer.state.checksum) ? transfer.state.checksum : undefined;
  const uploadId = await createUpload(transfer, handedOn);
  try {
    const { sent, failure } = await sendRun(transfer, uploadId, parts, { computeCrc32: handedOn === undefined });
    if (failure !== undefined) throw failure;
    const checksum = handedOn ?? combinedChecksum(sent);
    const answer = await completeUpload(transfer, uploadId, sent, checksum);
    const checksumOrigin = handedOn ? 'source' : 'transit';
    return {
      eTag: answer.ETag,
      versionId: answer.VersionId,
      checksum,
      answeredChecksum: fullObjectChecksum(answer)?.value,
      checksumOrigin,
      isCertain: answer.$metadata.attempts === 1,
      parts: parts.length,
    };
  } catch (error) {
    await abortUpload(transfer, uploadId);
    throw error;
  }
}

export async function createUpload(transfer: Transfer, handedOn: Checksum | undefined): Promise<string> {
  const { writer, source, destination, attributes, signal } = transfer;
  const command = new CreateMultipartUploadCommand({
    Bucket: destination.bucket,
    Key: destination.key,
    ExpectedBucketOwner: destination.account,
    ChecksumAlgorithm: handedOn?.algorithm ?? 'CRC32',
    ChecksumType: 'FULL_OBJECT',
    ...attributes,
  });
  const { UploadId } = await writer.send(command, { abortSignal: signal }).catch((error: unknown) => {
    throw destinationFailure(error, 'CreateMultipartUpload', source, destination);
  });
  if (UploadId) return UploadId;
  const doubt = new Error('it was answered by 200 without an upload id');
  throw destinationFailure(doubt, 'CreateMultipartUpload', source, destination);
}

export function combinedChecksum(sent: SentPart[]): Checksum {
  const parts = sent.map(({ crc32 }) => crc32).filter((crc32): crc32 is Crc32Part => crc32 !== undefined);
  return { algorithm: 'CRC32', value: crc32ToBase64(combineCrc32(parts)) };
}

export async function completeUpload(transfer: Transfer, uploadId: string, sent: SentPart[], checksum: Checksum) {
  const { writer, source, state, destination, signal } = transfer;
  const command = new CompleteMultipartUploadCommand({
    Bucket: destination.bucket,
    Key: destination.key,
    UploadId: uploadId,
    ExpectedBucketOwner: destination.account,
    MultipartUpload: { Parts: sent.map(({ number, eTag }): CompletedPart => ({ PartNumber: number, ETag: eTag })) },
    MpuObjectSize: state.sizeBytes,
    ChecksumType: 'FULL_OBJECT',
    ...checksumMember(checksum),
    ...conditionOf(transfer),
  });
  const answer = await writer.send(command, { abortSignal: signal }).catch((error: unknown) => {
    throw destinationFailure(error, 'CompleteMultipartUpload', source, destination);
  });
  requireAnswer(transfer, 'CompleteMultipartUpload', answer, checksum);
  return answer;
}

/** A courtesy: refused to a role with s3:PutObject alone, and then the lifecycle rule does it. The first error matters more. */
export async function abortUpload({ writer, destination }: Transfer, uploadId: string): Promise<void> {
  const command = new AbortMultipartUploadCommand({
    Bucket: destination.bucket,
    Key: destination.key,
    UploadId: uploadId,
    ExpectedBucketOwner: destination.account,
  });
  await writer.send(command).catch(() => undefined);
}
