import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3';
import type { SourceObject } from '../core/source-object.ts';
import { destinationFailure } from '../failures/classify.ts';
import { requireAnswer } from './answered.ts';
import { answeredValue, type Checksum, checksumMember } from './checksum.ts';
import { type Crc32Part, combineCrcs, crc32ToBase64 } from './crc32.ts';
import { requireDigests } from './digests.ts';
import type { Part } from './plan.ts';
import type { ChecksumOrigin, Proof } from './proof.ts';
import type { SentPart } from './send-part.ts';
import { sendRun } from './send-run.ts';
import { withCrcsCombined } from './source-parts.ts';
import type { Computed } from './stream-through.ts';
import { conditionOf, type Delivered, type Transfer } from './transfer.ts';

/**
 * A multipart upload whose parts are streamed and whose full-object checksum the destination verifies at the end.
 * The writer role may not abort an upload: what a failure leaves behind is removed by the bucket's lifecycle rule.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export async function putMultipart(given: Transfer, parts: Part[]): Promise<Delivered> {
  const { reader, source, signal } = given;
  const transfer = { ...given, state: await withCrcsCombined(reader, source, given.state, signal) };
  const { proof } = transfer.state;
  const uploadId = await createUpload(transfer);
  try {
    const { sent, failure } = await sendRun(transfer, uploadId, parts, { computed: computedFor(proof) });
    if (failure !== undefined) throw failure;
    const { checksum, origin } = proofOfParts(source, proof, sent);
    const answer = await completeUpload(transfer, uploadId, sent, checksum);
    return {
      eTag: answer.ETag,
      versionId: answer.VersionId,
      checksum,
      answeredChecksum: answeredValue(answer, checksum),
      checksumOrigin: origin,
      parts: parts.length,
    };
  } catch (error) {
    await abortUpload(transfer, uploadId);
    throw error;
  }
}

/** What is computed on the way: nothing where the source's own checksum is handed on. */
export function computedFor(proof: Proof): Computed {
  return {
    crc32: proof.kind !== 'handedOn',
    ...(proof.kind === 'compared' && { digest: proof.algorithm }),
  };
}

export async function createUpload(transfer: Transfer): Promise<string> {
  const { writer, source, state, destination, attributes, signal } = transfer;
  const command = new CreateMultipartUploadCommand({
    Bucket: destination.bucket,
    Key: destination.key,
    ExpectedBucketOwner: destination.account,
    ChecksumAlgorithm: state.proof.kind === 'handedOn' ? state.proof.checksum.algorithm : 'CRC32',
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

/**
 * What the destination shall verify once all parts are there.
 * @throws RelayError `SourceCorrupt` where their digests aren't those of the source
 */
export function proofOfParts(
  source: SourceObject,
  proof: Proof,
  sent: SentPart[],
): { checksum: Checksum; origin: ChecksumOrigin } {
  if (proof.kind === 'handedOn') return proof;
  const checksum = combinedChecksum(sent);
  if (proof.kind !== 'compared') return { checksum, origin: 'transit' };
  const digests = sent.map(({ digest = '' }) => digest);
  requireDigests(source, proof, digests);
  return { checksum, origin: proof.origin };
}

function combinedChecksum(sent: SentPart[]): Checksum {
  const parts = sent.map(({ crc32 }) => crc32).filter((crc32): crc32 is Crc32Part => crc32 !== undefined);
  return { algorithm: 'CRC32', value: crc32ToBase64(combineCrcs('CRC32', parts)) };
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
  return await transfer.visibleWrites.watch('CompleteMultipartUpload', async () => {
    const answer = await writer.send(command, { abortSignal: signal }).catch((error: unknown) => {
      throw destinationFailure(error, 'CompleteMultipartUpload', source, destination);
    });
    requireAnswer(transfer, 'CompleteMultipartUpload', answer, checksum);
    return answer;
  });
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
