/** Lists a source bucket, one page at a time. */
import { ListObjectsV2Command, type RestoreStatus } from '@aws-sdk/client-s3';
import { RelayError } from '../core/errors.ts';
import type { ListedRoute } from '../core/route.ts';
import { SourceObject } from '../core/source-object.ts';
import { sourceFailure } from '../failures/classify.ts';
import type { Version } from '../ledger/read.ts';
import { decodeKey } from '../request/encoded-key.ts';
import { needsRestore } from '../transfer/source-state.ts';
import type { Replay } from './replay-run.ts';

/** The newest version of a key, as a listing describes it. A listing does not tell the version id. */
export interface ListedObject extends Version {
  /** It must be restored before it can be read. A listing does not tell of INTELLIGENT_TIERING's archive tiers. */
  isArchived: boolean;
}

/** What is listed. */
export interface Listing {
  bucket: string;
  /** The route whose reader role lists the bucket; undefined for the relay's own bucket. */
  pulling: ListedRoute | undefined;
  /** All keys start with it. */
  prefix: string | undefined;
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
 * The next keys, at most a thousand. A page starts after a key rather than at a continuation token, since a token may have expired
 * when an execution continues. Keys come encoded, since XML cannot write every character that a key may have.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export async function listPage(
  { clients }: Replay,
  { bucket, prefix = '', pulling }: Listing,
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
 * A restored copy can be read while it exists. While S3 is still making the copy, there is none.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreStatus.html
 */
export function isArchived(storageClass: string | undefined, restore: RestoreStatus | undefined): boolean {
  return needsRestore(storageClass) && restore?.IsRestoreInProgress !== false;
}

/** S3 lists keys in the order of their UTF-8 bytes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html */
function isAfter(key: string | undefined, other = ''): boolean {
  return key !== undefined && Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
}

/** Without this error the same keys would be sent again and again. */
function stuck(bucket: string, startAfter = '', found = 'no key at all'): RelayError {
  return new RelayError({
    code: 'ListingStuck',
    message: `The listing of ${bucket} after "${startAfter}" has more to tell, but begins with ${found}: it makes no progress. If it repeats, the bucket isn't one of Amazon S3 as documented.`,
    retryable: true,
    operation: 'ListObjectsV2',
  });
}
