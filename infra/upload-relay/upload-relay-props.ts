/** What an UploadRelay is told. */
import type { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { DeliveryObjective, ReceiptEvents, SourceBucketProps } from './part-props.ts';
import type { AuditProps, ReconciliationProps, ScheduledReplayProps } from './replay-props.ts';
import type { UploadRoute } from './upload-route.ts';

/** Properties of an UploadRelay. */
export interface UploadRelayProps {
  /**
   * Where uploads come from: a bucket of this account and region that exists in the app or outside of it, or what a new one is like. A relay
   * has one bucket of its own. Several buckets are several relays, each with a name of its own.
   *
   * The relay hears of uploads into an existing bucket by EventBridge. It is turned on for a bucket that this app creates. For an imported one
   * its owner turns it on.
   * @default - a new bucket with default properties; no bucket if every route pulls
   */
  readonly source?: IBucket | SourceBucketProps;
  /**
   * The SNS topic that an existing source bucket's notifications go to, instead of EventBridge. The topic's owner subscribes `queue`.
   * @default - EventBridge
   */
  readonly topic?: ITopic;
  /** What goes where: at least one. An object takes every route whose filter it passes. */
  readonly routes: readonly UploadRoute[];
  /**
   * The name of the relay, which every name of a resource is made of: up to 36 letters, digits and hyphens, a letter first. Relays of one
   * account and region have different names.
   * @default 'upload-relay'
   */
  readonly name?: string;
  /**
   * The name of the relay's role. Writer roles trust it by this name.
   * @default - the name of the relay
   */
  readonly roleName?: string;
  /**
   * The path of the relay's roles in IAM, such as `/team/`. Who trusts the relay's role names its path too.
   * @default '/'
   */
  readonly rolePath?: string;
  /**
   * The permissions boundary of every role of the relay.
   * @default - none, unless `PermissionsBoundary.of(scope)` has applied one
   */
  readonly permissionsBoundary?: IManagedPolicy;
  /**
   * What becomes of the ledger and of new buckets when the stack goes or they are replaced.
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether the ledger's table is protected against deletion. Set it after the first deployment.
   * @default false
   */
  readonly protectLedger?: boolean;
  /**
   * The memory of the relay's functions: 256 MiB to 10,240 MiB.
   * @default Size.mebibytes(384)
   */
  readonly memorySize?: Size;
  /**
   * How long an invocation may take: 30 to 900 seconds. Less limits the size of objects.
   * @default Duration.seconds(900)
   */
  readonly timeout?: Duration;
  /**
   * Messages per invocation: 1 to 10.
   * @default 10
   */
  readonly batchSize?: number;
  /**
   * Concurrent invocations of all functions that move bytes together: 2 to 1,000.
   * @default 54
   */
  readonly maxConcurrency?: number;
  /**
   * The time before a message's second attempt: 10 to 900 seconds. Each further delay is four times as long, 900 seconds at most.
   * @default Duration.seconds(30)
   */
  readonly retryDelay?: Duration;
  /**
   * How long an unanswered PutObject may still take effect: 10 to 900 seconds.
   * @default Duration.seconds(120)
   */
  readonly latePut?: Duration;
  /**
   * How long an unanswered CompleteMultipartUpload may still take effect: 10 to 900 seconds.
   * @default Duration.seconds(900)
   */
  readonly lateComplete?: Duration;
  /**
   * How long uploads wait for a role that never let this relay in: 1 to 336 hours.
   * @default Duration.hours(72)
   */
  readonly awaitRole?: Duration;
  /**
   * Whether objects above `largeObjectSize` are relayed, by durable functions that share out their parts.
   * @default true
   */
  readonly largeObjects?: boolean;
  /**
   * Larger objects are shared out among workers: 64 MiB to 5 GiB.
   * @default Size.gibibytes(5)
   */
  readonly largeObjectSize?: Size;
  /**
   * Workers per large object, if `maxConcurrency` has room: 1 to 1,000.
   * @default 16
   */
  readonly largeWorkers?: number;
  /**
   * Whether there is a function that replays, reconciles, audits and redrives.
   * @default true
   */
  readonly replay?: boolean;
  /**
   * Replays on schedules.
   * @default - none
   */
  readonly replays?: readonly ScheduledReplayProps[];
  /**
   * The daily comparison of source and ledger; `false`: none.
   * @default - every day at 04:00 UTC
   */
  readonly reconciliation?: false | ReconciliationProps;
  /**
   * Where audits write their reports, and when.
   * @default - into a new bucket, by hand only
   */
  readonly audit?: AuditProps;
  /**
   * A bucket with manifests of S3 Batch Operations jobs, which also gets their reports. With it there is a role for such jobs.
   * @default - no role for S3 Batch Operations
   */
  readonly batchOperationsBucket?: IBucket;
  /**
   * Whether canaries go the whole way along each route twice an hour, and the check looks at how uploads get to the relay.
   * @default true
   */
  readonly canary?: boolean;
  /**
   * Which receipts become events on EventBridge's default bus.
   * @default 'failures'
   */
  readonly events?: ReceiptEvents;
  /**
   * What delivery in time means.
   * @default - 99.9 % within 300 seconds
   */
  readonly objective?: DeliveryObjective;
  /**
   * Whether each route has an alarm on its latency, besides the common one.
   * @default false
   */
  readonly routeAlarms?: boolean;
  /**
   * Gets the alarms by mail, once it has confirmed the subscription.
   * @default - nobody; subscribe to `alarmTopic`
   */
  readonly alarmEmail?: string;
  /**
   * How long CloudWatch Logs keeps the logs of the functions.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * The names of warnings about what is meant so. The synth tells each name.
   * @default - none
   */
  readonly acknowledge?: readonly string[];
}
