import type { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  GetObjectTaggingCommand,
  type GetObjectTaggingCommandInput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type { Reader } from '../aws/reader.ts';
import { RelayError } from '../core/errors.ts';
import type { SourceObject } from '../core/source-object.ts';
import { sourceFailure } from '../failures/classify.ts';
import { factsOf, hasNoCode } from '../failures/facts.ts';
import { copiedHeaders, type ObjectHeaders } from './object-headers.ts';
import { type Proof, proofOf } from './proof.ts';

/** What the source bucket says of an object at one moment. */
export interface SourceState {
  sizeBytes: number;
  eTag: string;
  /** Absent in a bucket that was never versioned, and for the "null" version. */
  versionId: string | undefined;
  /** Resolution of a second. Tells two uploads of the same bytes apart, in a bucket without versions. */
  lastModified: Date | undefined;
  proof: Proof;
  storageClass: string;
  /** S3's x-amz-restore, for archived objects that were asked for. */
  restore: string | undefined;
  headers: ObjectHeaders;
  /** Headers that are left out, since they couldn't arrive as they are. */
  altered: readonly string[];
}

/** Asks for the newest version, unless for a certain one, which needs s3:GetObjectVersion. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export async function headSource(
  reader: Reader,
  source: SourceObject,
  signal: AbortSignal,
  versionId?: string,
): Promise<SourceState> {
  const { s3, owner } = reader;
  const command = new HeadObjectCommand({
    Bucket: source.bucket,
    Key: source.key,
    ChecksumMode: 'ENABLED',
    ExpectedBucketOwner: owner,
    ...(versionId !== undefined && { VersionId: versionId }),
  });
  const head = await s3.send(command, { abortSignal: signal }).catch(async (error: unknown) => {
    throw sourceFailure(await withReason(error, reader, source, signal), 'HeadObject', source);
  });
  return stateOf(head);
}

/**
 * An answer to HEAD has no body, and so no code: a bare 400 may mean that the session has expired, which passes, or that a
 * customer-provided key is asked for, which doesn't; a 403 may be about the clock, a 404 about the bucket. A GET of one byte is told which.
 */
async function withReason(
  error: unknown,
  { s3, owner }: Reader,
  { bucket, key }: SourceObject,
  signal: AbortSignal,
): Promise<unknown> {
  const met = factsOf(error);
  if (!hasNoCode(met) || met.status! < 400 || met.status! >= 500) return error;
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: owner, Range: 'bytes=0-0' });
  const letIn = new Error(`${met.status}, although a GET was let in right after it`);
  return s3.send(command, { abortSignal: signal }).then(
    ({ Body }) => {
      (Body as Readable).destroy();
      return letIn;
    },
    // An empty object has no first byte.
    (reason: unknown) => (factsOf(reason).status === 416 ? letIn : reason),
  );
}

/** What both HEAD and GET answer of an object. */
export function stateOf(head: HeadObjectCommandOutput | GetObjectCommandOutput): SourceState {
  return {
    sizeBytes: head.ContentLength ?? 0,
    eTag: head.ETag ?? '',
    versionId: head.VersionId === 'null' ? undefined : head.VersionId,
    lastModified: head.LastModified,
    proof: proofOf(head),
    storageClass: head.StorageClass ?? 'STANDARD',
    restore: head.Restore,
    ...copiedHeaders(head),
  };
}

/** Whether objects of this storage class can be read only while a restored copy exists. */
export function needsRestore(storageClass: string | undefined): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}

/** Whether an error of a look says that there is nothing (any more). */
export function isGone(error: unknown): boolean {
  return error instanceof RelayError && (error.code === 'SourceMissing' || error.code === 'BucketMissing');
}

/** Whether two looks saw the same object: of two with the same bytes, where there are no versions, headers may tell that they are two. */
export function isSameObject(a: SourceState, b: SourceState): boolean {
  return isSameContent(a, b) && isDeepStrictEqual(a.headers, b.headers);
}

/** Whether they saw the same bytes. */
export function isSameContent(a: SourceState, b: SourceState): boolean {
  if (a.versionId !== b.versionId || a.eTag !== b.eTag || a.sizeBytes !== b.sizeBytes) return false;
  return a.lastModified?.getTime() === b.lastModified?.getTime();
}

/** The tags as S3 takes them on a write, `a=1&b=2`, in the order of their keys; undefined when there are none. */
export async function sourceTags(
  { s3, owner, readsVersions }: Reader,
  source: SourceObject,
  state: SourceState,
  signal: AbortSignal,
): Promise<string | undefined> {
  const input: GetObjectTaggingCommandInput = { Bucket: source.bucket, Key: source.key, ExpectedBucketOwner: owner };
  if (readsVersions && state.versionId !== undefined) input.VersionId = state.versionId;
  const { TagSet } = await s3
    .send(new GetObjectTaggingCommand(input), { abortSignal: signal })
    .catch((error: unknown) => {
      throw sourceFailure(error, 'GetObjectTagging', source);
    });
  if (!TagSet?.length) return undefined;
  const pairs = TagSet.map(({ Key, Value }): [string, string] => [Key ?? '', Value ?? '']);
  const tags = new URLSearchParams(pairs);
  tags.sort();
  return tags.toString();
}
