/** Reads exactly the version of an object that was seen before. */
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Reader } from '../aws/reader.ts';
import { RelayError } from '../core/errors.ts';
import { placeOf, type SourceObject } from '../core/source-object.ts';
import { sourceFailure } from '../failures/classify.ts';
import { factsOf } from '../failures/facts.ts';
import type { ChecksumAnswer } from './checksum.ts';
import type { SourceState } from './source-state.ts';

export interface ByteRange {
  offsetBytes: number;
  lengthBytes: number;
}

export interface ReadOptions {
  /** Without it, the whole object is read. */
  range?: ByteRange | undefined;
  /** Instead of a range: the part of this number, as the object was uploaded. */
  partNumber?: number | undefined;
  signal: AbortSignal;
}

export interface PinnedRead {
  /** The caller must read or destroy it. */
  body: Readable;
  /** The length of the body, as S3 tells it. */
  lengthBytes: number;
  /** The checksum that S3 tells; for a range it tells none. */
  told: ChecksumAnswer;
}

/**
 * Opens the object that `state` describes, or a range of it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 * @throws RelayError `SourceChanged` where it was overwritten, and as `sourceFailure` says
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

/** By version id where there is one that the reader may ask for, otherwise by ETag: a read never mixes two objects. */
export function pinOf({ owner, readsVersions }: Reader, source: SourceObject, { versionId, eTag }: SourceState): Pin {
  const place = placeOf(source, owner);
  return readsVersions && versionId !== undefined ? { ...place, VersionId: versionId } : { ...place, IfMatch: eTag };
}

/** A range that existed and no longer does (416) means another object. S3 may say so before it compares the ETag. */
export function pinnedFailure(error: unknown, operation: string, source: SourceObject, { IfMatch }: Pin): RelayError {
  if (factsOf(error).status !== 416 || IfMatch === undefined) return sourceFailure(error, operation, source);
  return new RelayError({
    code: 'SourceChanged',
    message: `${operation} on ${source} found a shorter object (416). It was overwritten while it was read; the newer one is begun afresh.`,
    retryable: true,
    operation,
    source: `${source}`,
    cause: error,
  });
}
