import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  GetObjectTaggingCommand,
  type GetObjectTaggingCommandInput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type { Reader } from '../aws/reader.ts';
import type { SourceObject } from '../source-object.ts';
import { type Checksum, fullObjectChecksum } from './checksum.ts';
import { sourceFailure } from './failures.ts';

/** Members of a HEAD answer that a write takes under the same name. */
const HEADERS = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'WebsiteRedirectLocation',
  'Metadata',
] as const;

export type ObjectHeaders = Partial<Pick<HeadObjectCommandOutput, (typeof HEADERS)[number]>> & { Expires?: Date };

/** What the source bucket says of an object at one moment. */
export interface SourceState {
  sizeBytes: number;
  eTag: string;
  /** Absent in a bucket that was never versioned, and for the "null" version. */
  versionId: string | undefined;
  /** Resolution of a second. Tells two uploads of the same bytes apart, in a bucket without versions. */
  lastModified: Date | undefined;
  /** Over the whole object; absent for older and composite ones. */
  checksum: Checksum | undefined;
  storageClass: string;
  /** S3's x-amz-restore, for archived objects that were asked for. */
  restore: string | undefined;
  headers: ObjectHeaders;
}

/** Asks for the newest version. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export async function headSource(reader: Reader, source: SourceObject, signal: AbortSignal): Promise<SourceState> {
  const { s3, owner } = reader;
  const command = new HeadObjectCommand({
    Bucket: source.bucket,
    Key: source.key,
    ChecksumMode: 'ENABLED',
    ExpectedBucketOwner: owner,
  });
  const head = await s3.send(command, { abortSignal: signal }).catch(async (error: unknown) => {
    throw sourceFailure(await withReason(error, reader, source, signal), 'HeadObject', source);
  });
  return stateOf(head);
}

/**
 * An answer to HEAD has no body, so a bare 400 may mean that the session has expired, which passes, or that a customer-provided
 * key is asked for, which doesn't. A GET of one byte is told which.
 */
async function withReason(
  error: unknown,
  { s3, owner }: Reader,
  { bucket, key }: SourceObject,
  signal: AbortSignal,
): Promise<unknown> {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  if ($metadata?.httpStatusCode !== 400) return error;
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: owner, Range: 'bytes=0-0' });
  return s3.send(command, { abortSignal: signal }).then(
    ({ Body }) => {
      (Body as Readable).destroy();
      return new Error('400, although a GET was let in right after it');
    },
    (reason: unknown) => reason,
  );
}

/** What both HEAD and GET answer of an object. */
export function stateOf(head: HeadObjectCommandOutput | GetObjectCommandOutput): SourceState {
  return {
    sizeBytes: head.ContentLength ?? 0,
    eTag: head.ETag ?? '',
    versionId: head.VersionId === 'null' ? undefined : head.VersionId,
    lastModified: head.LastModified,
    checksum: fullObjectChecksum(head),
    storageClass: head.StorageClass ?? 'STANDARD',
    restore: head.Restore,
    headers: copiedHeaders(head),
  };
}

/** Whether two looks saw the same object. */
export function isSameObject(a: SourceState, b: SourceState): boolean {
  if (a.versionId !== b.versionId || a.eTag !== b.eTag || a.sizeBytes !== b.sizeBytes) return false;
  return a.lastModified?.getTime() === b.lastModified?.getTime();
}

/** The tags as S3 takes them on a write, `a=1&b=2`; undefined when there are none. */
export async function sourceTags(
  { s3, readsVersions }: Reader,
  source: SourceObject,
  state: SourceState,
  signal: AbortSignal,
): Promise<string | undefined> {
  const input: GetObjectTaggingCommandInput = { Bucket: source.bucket, Key: source.key };
  if (readsVersions && state.versionId !== undefined) input.VersionId = state.versionId;
  const { TagSet } = await s3
    .send(new GetObjectTaggingCommand(input), { abortSignal: signal })
    .catch((error: unknown) => {
      throw sourceFailure(error, 'GetObjectTagging', source);
    });
  if (!TagSet?.length) return undefined;
  const pairs = TagSet.map(({ Key, Value }): [string, string] => [Key ?? '', Value ?? '']);
  return new URLSearchParams(pairs).toString();
}

function copiedHeaders(head: HeadObjectCommandOutput | GetObjectCommandOutput): ObjectHeaders {
  const headers: ObjectHeaders = {};
  for (const name of HEADERS) {
    if (head[name] !== undefined) Object.assign(headers, { [name]: head[name] });
  }
  const expires = head.ExpiresString === undefined ? undefined : new Date(head.ExpiresString);
  // S3 takes any text as Expires, the SDK only a date: what isn't one is left out rather than failing the object.
  if (expires && !Number.isNaN(expires.getTime())) headers.Expires = expires;
  return headers;
}
