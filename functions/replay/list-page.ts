import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { decodeKey } from '../request/encoded-key.ts';
import { SourceObject } from '../source-object.ts';
import { sourceFailure } from '../transfer/failures.ts';
import type { Replay } from './replay.ts';
import type { Scope } from './scope.ts';

/** The newest version of a key, as a listing has it: the version's id it does not tell. */
export interface ListedObject {
  key: string;
  eTag: string;
  sizeBytes: number;
  lastModified: Date;
}

export interface Page {
  objects: ListedObject[];
  isLast: boolean;
}

/** S3's limit: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const MOST_KEYS = 1_000;

/**
 * The next keys, a thousand at the most. By the last key rather than by a continuation token, which may have expired by the time an
 * execution goes on; encoded, since XML has no way to write every character that a key may have.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export async function listPage(
  { clients }: Replay,
  { bucket, prefix = '', pulling }: Scope,
  startAfter: string | undefined,
  keys: number,
): Promise<Page> {
  const { s3, owner } = clients.lister(pulling);
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: prefix,
    StartAfter: startAfter,
    MaxKeys: Math.min(keys, MOST_KEYS),
    EncodingType: 'url',
    ExpectedBucketOwner: owner,
  });
  const { Contents = [], IsTruncated } = await s3.send(command).catch((error: unknown) => {
    const failure = sourceFailure(error, 'ListObjectsV2', new SourceObject(bucket, prefix));
    if (failure.code === 'SessionExpired') clients.forgetSession(pulling);
    throw failure;
  });
  const objects = Contents.map(({ Key, ETag, Size, LastModified }) => ({
    key: decodeKey(Key!),
    eTag: ETag!,
    sizeBytes: Size!,
    lastModified: LastModified!,
  }));
  return { objects, isLast: IsTruncated !== true };
}
