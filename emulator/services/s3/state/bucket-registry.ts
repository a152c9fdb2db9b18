/** The buckets of all accounts, by name. */
import { ApiError, type Principal } from '../../../core/api.ts';
import { partitionOfArn } from '../../../core/partition.ts';
import { noSuchBucket } from '../errors.ts';
import { Bucket } from './bucket.ts';
import type { BucketSettings } from './model.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME = /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Ends of aliases and of other kinds of buckets. */
const RESERVED_END = /(-s3alias|--(ol|op|x|xa|table)-s3|\.mrap)$/;

/**
 * The buckets of all accounts. Their names are one space, here even between partitions, where AWS has one for each: what is
 * taken here is taken there.
 */
export class BucketRegistry {
  readonly #buckets = new Map<string, Bucket>();

  /** @throws ApiError `InvalidBucketName`, `BucketAlreadyOwnedByYou`, `BucketAlreadyExists` */
  create(settings: BucketSettings, created: Date): Bucket {
    const { name, account } = settings;
    if (!BUCKET_NAME.test(name) || RESERVED_END.test(name)) {
      throw new ApiError('InvalidBucketName', 400, 'The specified bucket is not valid.', { BucketName: name });
    }
    const existing = this.#buckets.get(name);
    if (existing?.settings.account === account) {
      const message = 'Your previous request to create the named bucket succeeded and you already own it.';
      throw new ApiError('BucketAlreadyOwnedByYou', 409, message, { BucketName: name });
    }
    if (existing) {
      const message =
        'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.';
      throw new ApiError('BucketAlreadyExists', 409, message, { BucketName: name });
    }
    const bucket = new Bucket({ ...settings }, created);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** As it was kept. */
  put(bucket: Bucket): void {
    this.#buckets.set(bucket.settings.name, bucket);
  }

  /**
   * @param caller whose partition's buckets are looked through; an anonymous one may mean any
   * @throws ApiError `NoSuchBucket`
   */
  get(name: string, caller?: Principal): Bucket {
    const bucket = this.#buckets.get(name);
    const isElsewhere =
      bucket && caller && 'arn' in caller && partitionOfArn(caller.arn) !== partitionOfArn(bucket.arn);
    if (!bucket || isElsewhere) throw noSuchBucket(name);
    return bucket;
  }

  has(name: string): boolean {
    return this.#buckets.has(name);
  }

  remove(name: string): void {
    this.#buckets.delete(name);
  }

  all(): Bucket[] {
    return [...this.#buckets.values()];
  }

  /** By name. */
  of(account: string): Bucket[] {
    return [...this.#buckets.values()]
      .filter(({ settings }) => settings.account === account)
      .sort((a, b) => (a.settings.name < b.settings.name ? -1 : 1));
  }
}
