/** Delivers an object by a multipart upload. */
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3';
import type { RelayError, RelayErrorCode } from '../core/errors.ts';
import { retry } from '../core/retry.ts';
import { placeOf, type SourceObject } from '../core/source-object.ts';
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

/** Of one upload; the SDK repeats each of them. */
const COMPLETIONS = 4;
const BACKOFF_MS = 200;
const BACKOFF_FACTOR = 4;
/** The completion may have been done all the same. */
const UNANSWERED: readonly RelayErrorCode[] = ['TransferFailed', 'Throttled'];

/**
 * Parts are streamed, and the destination verifies the checksum of the whole object at the end.
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
    const answer = await completeInPlace(transfer, () => completeUpload(transfer, uploadId, sent, checksum));
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

/** Nothing is computed where the destination verifies the source's own checksum. */
export function computedFor(proof: Proof): Computed {
  return {
    crc32: proof.kind !== 'handedOn',
    ...(proof.kind === 'compared' && { digest: proof.algorithm }),
  };
}

export async function createUpload(transfer: Transfer): Promise<string> {
  const { writer, source, state, destination, attributes, signal } = transfer;
  const command = new CreateMultipartUploadCommand({
    ...placeOf(destination, destination.account),
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
 * The checksum that the destination must verify at completion.
 * @throws RelayError `SourceCorrupt` where the digests of the parts aren't those of the source
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

/**
 * Repeats a completion that was not answered: S3 gives its answer again (adobe/S3Mock#2586), If-None-Match or not. With another upload,
 * a create-only route would find the key taken by itself.
 */
function completeInPlace<T>({ signal, sleep }: Transfer, complete: () => Promise<T>): Promise<T> {
  return retry<T, RelayError>(complete, {
    attempts: COMPLETIONS,
    isTransient: ({ code }) => UNANSWERED.includes(code) && !signal.aborted,
    backoffMs: (failed) => Math.random() * BACKOFF_MS * BACKOFF_FACTOR ** failed,
    sleep,
  });
}

export async function completeUpload(transfer: Transfer, uploadId: string, sent: SentPart[], checksum: Checksum) {
  const { writer, source, state, destination, signal } = transfer;
  const command = new CompleteMultipartUploadCommand({
    ...placeOf(destination, destination.account),
    UploadId: uploadId,
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

/** A role with s3:PutObject alone may not abort. The bucket's lifecycle rule then removes the parts, and the first error is thrown. */
export async function abortUpload({ writer, destination }: Transfer, uploadId: string): Promise<void> {
  const command = new AbortMultipartUploadCommand({
    ...placeOf(destination, destination.account),
    UploadId: uploadId,
  });
  await writer.send(command).catch(() => undefined);
}
