import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Reader } from '../aws/reader.ts';
import { RelayError } from '../core/errors.ts';
import type { SourceObject } from '../core/source-object.ts';
import { sourceFailure } from '../failures/classify.ts';
import type { ChecksumAnswer } from './checksum.ts';
import type { SourceState } from './source-state.ts';

export interface ByteRange {
  offsetBytes: number;
  lengthBytes: number;
}

export interface ReadOptions {
  /** Of the object; all of it, unless given. */
  range?: ByteRange | undefined;
  /** The part of that number, as the object was uploaded, instead of a range. */
  partNumber?: number | undefined;
  signal: AbortSignal;
}

export interface PinnedRead {
  /** The caller must read or destroy it. */
  body: Readable;
  /** How many there are to come, as S3 says. */
  lengthBytes: number;
  /** What S3 tells of their checksum; of a range it tells none. */
  told: ChecksumAnswer;
}

/**
 * Opens the very object that `state` describes, or a stretch of it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 * @throws RelayError `SourceChanged` where an overwrite came in between, and as reads do
 */
export async function openPinned(
  reader: Reader,
  source: SourceObject,
  state: SourceState,
  { range, partNumber, signal }: ReadOptions,
): Promise<PinnedRead> {
  const pin = pinOf(reader, source, state);
  const command = new GetObjectCommand({
    ...pin,
    ...(range && { Range: `bytes=${range.offsetBytes}-${range.offsetBytes + range.lengthBytes - 1}` }),
    ...(partNumber !== undefined && { PartNumber: partNumber }),
  });
  try {
    const answer = await reader.s3.send(command, { abortSignal: signal });
    return { body: answer.Body as Readable, lengthBytes: answer.ContentLength ?? 0, told: answer };
  } catch (error) {
    throw pinnedFailure(error, 'GetObject', source, pin);
  }
}

export interface Pin {
  Bucket: string;
  Key: string;
  ExpectedBucketOwner: string;
  VersionId?: string;
  IfMatch?: string;
}

/** By version where there is one that may be asked for, else by ETag: an answer is never of another object, and never of two. */
export function pinOf(
  { owner, readsVersions }: Reader,
  { bucket, key }: SourceObject,
  { versionId, eTag }: SourceState,
): Pin {
  const place = { Bucket: bucket, Key: key, ExpectedBucketOwner: owner };
  return readsVersions && versionId !== undefined ? { ...place, VersionId: versionId } : { ...place, IfMatch: eTag };
}

/** A stretch that isn't there (416) although it was, is of another object: which S3 may say before it looks at the ETag. */
export function pinnedFailure(error: unknown, operation: string, source: SourceObject, { IfMatch }: Pin): RelayError {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  if ($metadata?.httpStatusCode !== 416 || IfMatch === undefined) return sourceFailure(error, operation, source);
  return new RelayError({
    code: 'SourceChanged',
    message: `${operation} on ${source} found a shorter object (416). It was overwritten while it was read; the newer one is begun afresh.`,
    retryable: true,
    operation,
    source: `${source}`,
    cause: error,
  });
}
