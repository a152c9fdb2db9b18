/** The source bucket, and how its uploads get into the queue. */
import type { RemovalPolicy } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { CANARY_PREFIX } from '../../functions/core/reserved-keys.ts';
import { bucketArn } from '../arns.ts';
import { eventPattern, filterRules, notificationFilters } from '../config/event-filters.ts';
import type { OwnSource, RelayContext } from '../config/relay-context.ts';
import { RelayBucket } from './relay-bucket.ts';
import type { RelayQueue } from './relay-queue.ts';

export interface UploadSourceProps {
  config: RelayContext;
  own: OwnSource;
  removalPolicy?: RemovalPolicy | undefined;
}

/** Where uploads come from: a bucket that the stack creates, or an existing one, which the stack leaves as it is. */
export class UploadSource extends Construct {
  /** The rule that takes an existing bucket's events. */
  rule: Rule | undefined;
  /** The bucket that the stack creates. */
  bucket: Bucket | undefined;
  readonly #config: RelayContext;
  readonly #own: OwnSource;
  readonly #removalPolicy: RemovalPolicy | undefined;

  constructor(scope: Construct, id: string, { config, own, removalPolicy }: UploadSourceProps) {
    super(scope, id);
    this.#config = config;
    this.#own = own;
    this.#removalPolicy = removalPolicy;
  }

  addQueueTarget(queue: RelayQueue): void {
    const { existingBucket, topicArn } = this.#config.source;
    // Whoever owns the topic subscribes the queue.
    if (topicArn !== undefined) queue.grantSendUploads({ service: 'sns', arn: topicArn });
    else if (existingBucket) this.#throughEventBridge(queue);
    else this.#throughNotification(queue);
  }

  /** The notification is set on the bucket itself, since `addEventNotification` would add a custom resource with a Lambda function of its own. */
  #throughNotification(queue: RelayQueue): void {
    const { source, relay } = this.#config;
    const { versioned, kmsKeyArn, account, region } = source;
    const bucketName = this.#own.bucket;
    queue.grantSendUploads({ service: 's3', arn: bucketArn(bucketName, region), account });
    const { bucket } = new RelayBucket(this, 'Uploads', {
      bucketName,
      versioned,
      incompleteUploadDays: 1,
      kmsKeyArn,
      shortLivedPrefix: relay.canary && versioned ? CANARY_PREFIX : undefined,
      removalPolicy: this.#removalPolicy,
    });
    this.bucket = bucket;
    const filters = notificationFilters(this.#own.routes, relay.canary).map(filterRules);
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      queueConfigurations: filters.map((rules) => ({
        event: 's3:ObjectCreated:*',
        queue: queue.queue.queueArn,
        ...(rules.length === 0 ? {} : { filter: { s3Key: { rules } } }),
      })),
    };
    // S3 sends a test message when the notification is set, so the queue's policy must exist first.
    bucket.node.addDependency(queue.queue.node.findChild('Policy'));
  }

  /** The owner of an existing bucket turns on EventBridge once. The bucket's own notifications stay as they are. */
  #throughEventBridge(queue: RelayQueue): void {
    const { 'detail-type': detailType, ...pattern } = eventPattern(this.#own, this.#config.relay.canary);
    this.rule = new Rule(this, 'Created', {
      description: `Upload Relay: objects created in ${this.#own.bucket}`,
      eventPattern: { ...pattern, detailType },
      // The CDK's own target for queues would also grant the rule the queue's attributes and URL.
      targets: [{ bind: () => ({ arn: queue.queue.queueArn, deadLetterConfig: { arn: queue.deadLetters.queueArn } }) }],
    });
    queue.grantSendUploads({ service: 'events', arn: this.rule.ruleArn });
  }
}
