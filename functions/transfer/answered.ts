/** Decides whether S3's answer to a write shows that the write was done. */
import { destinationFailure } from '../failures/classify.ts';
import { type Checksum, type ChecksumAnswer, checksumMember } from './checksum.ts';
import type { Transfer } from './transfer.ts';

/** S3's answer about an object or a part that it has stored: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export type WriteAnswer = ChecksumAnswer & { ETag?: string | undefined };

/**
 * Why an answer without an error does not show that the write was done; undefined where it does. S3 answers with the ETag of
 * what it stored, and if it answers with a checksum, then with that of the bytes that were sent. Pure.
 */
export function doubtAbout(answer: WriteAnswer, sent: Checksum | undefined): string | undefined {
  if (!/[^"\s]/.test(answer.ETag ?? '')) return 'it was answered by 200 without an ETag';
  if (sent === undefined) return undefined;
  for (const [member, value] of Object.entries(checksumMember(sent))) {
    const answered = answer[member as keyof ChecksumAnswer];
    if (answered !== undefined && answered !== value) {
      return `it was answered by the ${sent.algorithm} ${answered} where ${value} was sent`;
    }
  }
  return undefined;
}

/**
 * @returns the ETag of what was written
 * @param sent over the same bytes; undefined where none is known
 * @throws RelayError `TransferFailed`: the write counts as unanswered
 */
export function requireAnswer(
  { source, destination }: Transfer,
  operation: 'PutObject' | 'UploadPart' | 'CompleteMultipartUpload',
  answer: WriteAnswer,
  sent: Checksum | undefined,
): string {
  const doubt = doubtAbout(answer, sent);
  if (doubt !== undefined) throw destinationFailure(new Error(doubt), operation, source, destination);
  return answer.ETag!;
}
