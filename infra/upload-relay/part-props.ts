/** What an UploadRelay is told of its new bucket, and of what it tells others. */
import type { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';

/** Properties of a source bucket that the relay creates. */
export interface SourceBucketProps {
  /**
   * The name of the bucket.
   * @default - made of the relay's name, the account and the region
   */
  readonly bucketName?: string;
  /**
   * Whether the bucket keeps versions.
   * @default true
   */
  readonly versioned?: boolean;
  /**
   * The customer managed key that the bucket encrypts with. It must be of the bucket's region.
   * @default - S3's own keys
   */
  readonly encryptionKey?: IKey;
}

/** What delivery in time means: the alarms on latency and on the objective go by it. */
export interface DeliveryObjective {
  /**
   * An object should be delivered within this time of its upload: 1 second to 1 day.
   * @default Duration.seconds(300)
   */
  readonly within?: Duration;
  /**
   * The share of the objects for which that should hold, in percent: 95 to 99.999.
   * @default 99.9
   */
  readonly percent?: number;
}

/** Which receipts the relay puts onto EventBridge's default bus. With `none` it may put no event at all. */
export type ReceiptEvents = 'all' | 'failures' | 'none';
