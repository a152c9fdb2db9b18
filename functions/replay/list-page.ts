import { ListObjectsV2Command, type RestoreStatus } from '@aws-sdk/client-s3';
import { RelayError } from '../core/errors.ts';
import { SourceObject } from '../core/source-object.ts';
import { sourceFailure } from '../failures/classify.ts';
import { decodeKey } from '../request/encoded-key.ts';
import type { Replay } from './context.ts';
import type { Scope } from './scope.ts';

/** The newest version of a key, as a listing has it: the version's id it does not tell. */
export interface ListedObject {
  key: string;
  eTag: string;
  sizeBytes: number;
  /** Of an upload in parts this is when it was begun. */
  lastModified: Date;
  /** Can't be read before it is restored. Of INTELLIGENT_TIERING's archive tiers a listing doesn't tell. */
  isArchived: boolean;
}

/** An object that is to be relayed along a route. */
export interface Task {
  object: ListedObject;
  route: string;
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
    OptionalObjectAttributes: ['RestoreStatus'],
    ExpectedBucketOwner: owner,
  });
  const { Contents = [], IsTruncated } = await s3.send(command).catch((error: unknown) => {
    const failure = sourceFailure(error, 'ListObjectsV2', new SourceObject(bucket, prefix));
    if (failure.code === 'SessionExpired') clients.forgetSession(pulling);
    throw failure;
  });
  const objects = Contents.map(({ Key, ETag, Size, LastModified, StorageClass, RestoreStatus }) => ({
    key: decodeKey(Key!),
    eTag: ETag!,
    sizeBytes: Size!,
    lastModified: LastModified!,
    isArchived: isArchived(StorageClass, RestoreStatus),
  }));
  const isLast = IsTruncated !== true;
  if (!isLast && !isAfter(objects[0]?.key, startAfter)) throw stuck(bucket, startAfter, objects[0]?.key);
  return { objects, isLast };
}

/**
 * A copy that was restored can be read as long as it is there; while it is being made, there is none yet.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreStatus.html
 */
export function isArchived(storageClass: string | undefined, restore: RestoreStatus | undefined): boolean {
  if (storageClass !== 'GLACIER' && storageClass !== 'DEEP_ARCHIVE') return false;
  return restore?.IsRestoreInProgress !== false;
}

/** In the order of a listing: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html */
function isAfter(key: string | undefined, other = ''): boolean {
  return key !== undefined && Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
}

/** Otherwise the same keys would be sent again and again. */
function stuck(bucket: string, startAfter = '', found = 'no key at all'): RelayError {
  return new RelayError({
    code: 'ListingStuck',
    message: `The listing of ${bucket} after "${startAfter}" has more to tell, but begins with ${found}: it makes no progress. If it repeats, the bucket isn't one of Amazon S3 as documented.`,
    retryable: true,
    operation: 'ListObjectsV2',
  });
}
