import { destinationFailure } from '../failures/classify.ts';
import { type Checksum, type ChecksumAnswer, checksumMember } from './checksum.ts';
import type { Transfer } from './transfer.ts';

/** What S3 says of an object or a part that it has stored: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export type WriteAnswer = ChecksumAnswer & { ETag?: string | undefined };

/**
 * Why an answer without an error doesn't show that the write was done; undefined where it does. Whoever stores an object tells its
 * ETag, and where it tells a checksum, that of the bytes that were sent.
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
 * The ETag of what was written.
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
