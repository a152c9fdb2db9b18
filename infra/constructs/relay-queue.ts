/** The queue of uploads, and its dead-letter queue. */
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type SendingSource, sendStatement } from '../../functions/aws/door-policies.ts';
import { MAX_RECEIVES } from '../config/function-settings.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { relayNames } from '../names.ts';

export interface RelayQueueProps {
  config: RelayContext;
}

/** AWS recommends six, so that a throttled batch is not received twice: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_TIMEOUTS = 6;
/** The relay itself sends a message to the dead-letter queue, with the reason, after MAX_RECEIVES. SQS's redrive policy comes later: it is for messages that the relay cannot even send there. */
const RECEIVES_OF_REDRIVE = 2 * MAX_RECEIVES;
/** The longest that SQS allows, so that people have time to look. */
const RETENTION_DAYS = 14;

/** The messages that wait to be relayed, and those that could not be relayed. */
export class RelayQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { config }: RelayQueueProps) {
    super(scope, id);
    const names = relayNames(config);
    const common = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(RETENTION_DAYS),
    };
    this.deadLetters = new Queue(this, 'DeadLetters', { queueName: names.deadLetterQueue, ...common });
    this.queue = new Queue(this, 'Queue', {
      queueName: names.queue,
      ...common,
      // A message stays invisible while it is worked on.
      visibilityTimeout: Duration.seconds(config.relay.timeoutSeconds * VISIBILITY_TIMEOUTS),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: RECEIVES_OF_REDRIVE },
    });
  }

  /** Lets a service of AWS send, but only on behalf of this one source. What a rule can't send goes to the dead-letter queue. */
  grantSendUploads(source: SendingSource): void {
    for (const queue of source.service === 'events' ? [this.queue, this.deadLetters] : [this.queue]) {
      queue.addToResourcePolicy(PolicyStatement.fromJson(sendStatement(queue.queueArn, source)));
    }
  }
}
