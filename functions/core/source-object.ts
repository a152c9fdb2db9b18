/** One object of the source bucket; the key is decoded. */
export class SourceObject {
  readonly bucket: string;
  readonly key: string;

  constructor(bucket: string, key: string) {
    this.bucket = bucket;
    this.key = key;
  }

  toString(): string {
    return `s3://${this.bucket}/${this.key}`;
  }
}

/** How S3's requests name an object. S3 refuses a request when another account owns the bucket. */
export function placeOf({ bucket, key }: { bucket: string; key: string }, ownerAccount: string) {
  return { Bucket: bucket, Key: key, ExpectedBucketOwner: ownerAccount };
}

/** Where one object goes: a place in the destination account's bucket. */
export class Destination {
  readonly bucket: string;
  readonly key: string;
  /** The 12 digits of the account that must own the bucket; S3 refuses the write otherwise. */
  readonly account: string;

  constructor(bucket: string, key: string, account: string) {
    this.bucket = bucket;
    this.key = key;
    this.account = account;
  }

  toString(): string {
    return `s3://${this.bucket}/${this.key}`;
  }
}
