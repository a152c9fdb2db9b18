import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { decodeKey } from '../request/encoded-key.ts';
import { SourceObject } from '../source-object.ts';
import { sourceFailure } from '../transfer/failures.ts';
import type { Replay } from './replay.ts';

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
  { clients, config }: Replay,
  prefix: string,
  startAfter: string | undefined,
  keys: number,
): Promise<Page> {
  const command = new ListObjectsV2Command({
    Bucket: config.sourceBucket,
    Prefix: prefix,
    StartAfter: startAfter,
    MaxKeys: Math.min(keys, MOST_KEYS),
    EncodingType: 'url',
    ExpectedBucketOwner: config.sourceAccount,
  });
  const { Contents = [], IsTruncated } = await clients.source.send(command).catch((error: unknown) => {
    throw sourceFailure(error, 'ListObjectsV2', new SourceObject(config.sourceBucket, prefix));
  });
  const objects = Contents.map(({ Key, ETag, Size, LastModified }) => ({
    key: decodeKey(Key!),
    eTag: ETag!,
    sizeBytes: Size!,
    lastModified: LastModified!,
  }));
  return { objects, isLast: IsTruncated !== true };
}
