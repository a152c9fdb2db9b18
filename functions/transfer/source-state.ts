/** Looks at an object of the source, and compares two looks. */
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
import { placeOf, type SourceObject } from '../core/source-object.ts';
import { sourceFailure } from '../failures/classify.ts';
import { factsOf, hasNoCode } from '../failures/facts.ts';
import { copiedHeaders, type ObjectHeaders } from './object-headers.ts';
import { type Proof, proofOf } from './proof.ts';

/** An object of the source at one moment. */
export interface SourceState {
  sizeBytes: number;
  eTag: string;
  /** Undefined in a bucket that was never versioned, and for the "null" version. */
  versionId: string | undefined;
  /** To the second. In a bucket without versions, it tells two uploads of the same bytes apart. */
  lastModified: Date | undefined;
  proof: Proof;
  storageClass: string;
  /** The header x-amz-restore: S3 restores, or has restored, an archived object. */
  restore: string | undefined;
  headers: ObjectHeaders;
  /** The names of the headers that are left out, since they can't arrive unchanged. */
  altered: readonly string[];
}

/** Asks for the newest version unless one is named, which needs s3:GetObjectVersion. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export async function headSource(
  reader: Reader,
  source: SourceObject,
  signal: AbortSignal,
  versionId?: string,
): Promise<SourceState> {
  const { s3, owner } = reader;
  const command = new HeadObjectCommand({
    ...placeOf(source, owner),
    ChecksumMode: 'ENABLED',
    ...(versionId !== undefined && { VersionId: versionId }),
  });
  const head = await s3.send(command, { abortSignal: signal }).catch(async (error: unknown) => {
    throw sourceFailure(await withReason(error, reader, source, signal), 'HeadObject', source);
  });
  return stateOf(head);
}

/**
 * An answer to HEAD has no body, and so no code. A 400 may mean an expired session, which is transient, or that S3 asks for a
 * customer-provided key, which is permanent. A 403 may be about the clock, a 404 about the bucket. A GET of one byte tells which.
 */
async function withReason(
  error: unknown,
  { s3, owner }: Reader,
  source: SourceObject,
  signal: AbortSignal,
): Promise<unknown> {
  const met = factsOf(error);
  if (!hasNoCode(met) || met.status! < 400 || met.status! >= 500) return error;
  const command = new GetObjectCommand({ ...placeOf(source, owner), Range: 'bytes=0-0' });
  const letIn = new Error(`${met.status}, although a GET was let in right after it`);
  return s3.send(command, { abortSignal: signal }).then(
    ({ Body }) => {
      (Body as Readable).destroy();
      return letIn;
    },
    // 416: the object is empty, and may be read.
    (reason: unknown) => (factsOf(reason).status === 416 ? letIn : reason),
  );
}

/** HEAD and GET answer with the same facts. */
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

/** Whether the error of a look says that there is no object (any more). */
export function isGone(error: unknown): boolean {
  return error instanceof RelayError && (error.code === 'SourceMissing' || error.code === 'BucketMissing');
}

/** Whether two looks saw the same object. Without versions, headers may tell two objects of the same bytes apart. */
export function isSameObject(a: SourceState, b: SourceState): boolean {
  return isSameContent(a, b) && isDeepStrictEqual(a.headers, b.headers);
}

/** Whether two looks saw the same bytes. */
export function isSameContent(a: SourceState, b: SourceState): boolean {
  if (a.versionId !== b.versionId || a.eTag !== b.eTag || a.sizeBytes !== b.sizeBytes) return false;
  return a.lastModified?.getTime() === b.lastModified?.getTime();
}

/** The tags as a write takes them, `a=1&b=2`, ordered by key; undefined when there are none. */
export async function sourceTags(
  { s3, owner, readsVersions }: Reader,
  source: SourceObject,
  state: SourceState,
  signal: AbortSignal,
): Promise<string | undefined> {
  const input: GetObjectTaggingCommandInput = placeOf(source, owner);
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

/** A state in a checkpoint, where dates are text. */
export type StateJson = Omit<SourceState, 'lastModified'> & { lastModified: string | undefined };

export function stateToJson(state: SourceState): StateJson {
  return { ...state, lastModified: state.lastModified?.toISOString() };
}

/** JSON leaves out what is undefined, so each member is named. */
export function stateFromJson(json: StateJson): SourceState {
  return {
    sizeBytes: json.sizeBytes,
    eTag: json.eTag,
    versionId: json.versionId,
    lastModified: json.lastModified === undefined ? undefined : new Date(json.lastModified),
    proof: json.proof,
    storageClass: json.storageClass,
    restore: json.restore,
    headers: json.headers,
    altered: json.altered,
  };
}
