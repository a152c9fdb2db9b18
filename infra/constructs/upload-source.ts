/** The source bucket, and how its uploads get into the queue. */
import { Rule } from 'aws-cdk-lib/aws-events';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { commonStart } from '../../functions/core/route.ts';
import { bucketArn } from '../arns.ts';
import type { OwnSource, RelayContext } from '../config/relay-context.ts';
import { RelayBucket } from './relay-bucket.ts';
import type { RelayQueue } from './relay-queue.ts';

export interface UploadSourceProps {
  config: RelayContext;
  own: OwnSource;
}

/** Where uploads come from: a bucket that the stack creates, or an existing one, which the stack leaves as it is. */
export class UploadSource extends Construct {
  readonly #config: RelayContext;
  readonly #own: OwnSource;

  constructor(scope: Construct, id: string, { config, own }: UploadSourceProps) {
    super(scope, id);
    this.#config = config;
    this.#own = own;
  }

  addQueueTarget(queue: RelayQueue): void {
    if (this.#config.source.existingBucket) this.#throughEventBridge(queue);
    else this.#throughNotification(queue);
  }

  /** The notification is set on the bucket itself, since `addEventNotification` would add a custom resource with a Lambda function of its own. */
  #throughNotification(queue: RelayQueue): void {
    const { versioned, kmsKeyArn, account, region } = this.#config.source;
    const bucketName = this.#own.bucket;
    queue.grantSendUploads(new ServicePrincipal('s3.amazonaws.com'), { arn: bucketArn(bucketName, region), account });
    const { bucket } = new RelayBucket(this, 'Uploads', { bucketName, versioned, incompleteUploadDays: 1, kmsKeyArn });
    const rules = filterRules(commonFilter(this.#own.routes));
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: queue.queue.queueArn,
          ...(rules.length === 0 ? {} : { filter: { s3Key: { rules } } }),
        },
      ],
    };
    // S3 sends a test message when the notification is set, so the queue's policy must exist first.
    bucket.node.addDependency(queue.queue.node.findChild('Policy'));
  }

  /** The owner of an existing bucket turns on EventBridge once. The bucket's own notifications stay as they are. */
  #throughEventBridge(queue: RelayQueue): void {
    const { bucket, routes } = this.#own;
    const { prefix } = commonFilter(routes);
    const rule = new Rule(this, 'Created', {
      description: `Upload Relay: objects created in ${bucket}`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [bucket] }, ...(prefix === '' ? {} : { object: { key: [{ prefix }] } }) },
      },
      // The CDK's own target for queues would also grant the rule the queue's attributes and URL.
      targets: [{ bind: () => ({ arn: queue.queue.queueArn }) }],
    });
    queue.grantSendUploads(new ServicePrincipal('events.amazonaws.com'), { arn: rule.ruleArn });
  }
}

/** What all routes' filters have in common. S3 refuses overlapping rules, and the relay compares the whole filter anyway. */
export function commonFilter(routes: readonly { filter: { prefix: string; suffix: string } }[]): {
  prefix: string;
  suffix: string;
} {
  const prefix = routes.map(({ filter }) => filter.prefix).reduce(commonStart);
  const suffix = routes.map(({ filter }) => reversed(filter.suffix)).reduce(commonStart);
  return { prefix, suffix: reversed(suffix) };
}

/**
 * S3 compares these rules with the URL-encoded key, so each rule stops at the first character that the encoding would change.
 * A shorter rule only matches more keys, and the relay compares the whole filter.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
export function filterRules({ prefix, suffix }: { prefix: string; suffix: string }): { name: string; value: string }[] {
  const rules = [
    { name: 'prefix', value: /^[\w./-]*/.exec(prefix)![0] },
    { name: 'suffix', value: /[\w./-]*$/.exec(suffix)![0] },
  ];
  return rules.filter(({ value }) => value !== '');
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}
