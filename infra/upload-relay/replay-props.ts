/** What an UploadRelay is told about replays, reconciliations and audits. */
import type { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';

/** What a replay relays: what has no receipt, or everything. */
export type ReplaySelection = 'missing' | 'all';

/** A replay on a schedule. */
export interface ScheduledReplayProps {
  /** The schedule's name, in the relay's group of EventBridge Scheduler: up to 40 letters, digits and hyphens. */
  readonly name: string;
  /** When the replay begins. */
  readonly schedule: ScheduleExpression;
  /**
   * The replay begins within this time after its schedule, when it suits Scheduler: up to a day, in minutes.
   * @default - none
   */
  readonly flexibleWindow?: Duration;
  /**
   * Only keys that begin with it.
   * @default - all keys
   */
  readonly prefix?: string;
  /**
   * Only along the route of this name. A route that pulls is replayed only by its name.
   * @default - all routes that take from the relay's own bucket
   */
  readonly route?: string;
  /**
   * What is relayed.
   * @default 'missing'
   */
  readonly only?: ReplaySelection;
  /**
   * Only objects modified at most so long before the replay begins.
   * @default - all
   */
  readonly lookBack?: Duration;
  /**
   * Sends no more than so many objects a second, 0.01 at least, so that uploads don't wait.
   * @default - no limit
   */
  readonly objectsPerSecond?: number;
}

/** An S3 Inventory of the source bucket, which is read instead of a listing. */
export interface InventoryProps {
  /** The bucket that the inventory is written into, of the relay's account and region. */
  readonly bucket: IBucket;
  /** The id of the inventory configuration. */
  readonly inventoryId: string;
  /**
   * The prefix of the inventory configuration.
   * @default - none
   */
  readonly prefix?: string;
  /**
   * The age at which an inventory is refused: 2 to 60 days.
   * @default Duration.days(8)
   */
  readonly staleAfter?: Duration;
}

/** The daily comparison of source and ledger. */
export interface ReconciliationProps {
  /**
   * When it begins. With a schedule of one's own there is no alarm on a reconciliation that never ends.
   * @default - every day at 04:00 UTC
   */
  readonly schedule?: ScheduleExpression;
  /**
   * The age at which an object without a receipt counts as missing: 1 minute to 7 days.
   * @default Duration.minutes(60)
   */
  readonly missingAfter?: Duration;
  /**
   * Only uploads of that time and later.
   * @default - since the ledger was made
   */
  readonly since?: Date;
  /**
   * Sends no more than so many objects a second, 0.01 at least.
   * @default - no limit
   */
  readonly objectsPerSecond?: number;
  /**
   * An S3 Inventory of the source bucket, which is read instead of a listing.
   * @default - the bucket is listed
   */
  readonly inventory?: InventoryProps;
}

/** Where audits write their reports, and when. */
export interface AuditProps {
  /**
   * An existing bucket of the relay's account and region, which no route reads or writes.
   * @default - a new bucket
   */
  readonly bucket?: IBucket;
  /**
   * The folder of all reports, with `/` at its end.
   * @default 'audit/'
   */
  readonly prefix?: string;
  /**
   * The customer managed key that the bucket encrypts with.
   * @default - the encryption key of `bucket`, if it is known; else S3's own keys
   */
  readonly encryptionKey?: IKey;
  /**
   * When an audit is made.
   * @default - by hand only
   */
  readonly schedule?: ScheduleExpression;
  /**
   * The scheduled audit is only about the route of this name.
   * @default - all routes that take from the relay's own bucket
   */
  readonly route?: string;
  /**
   * Whether no cell of the scheduled audit can be a formula of a spreadsheet.
   * @default false
   */
  readonly defuseFormulas?: boolean;
}
