/** The queue of uploads, and its dead-letter queue. */
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type SendingSource, sendStatement } from '../../functions/aws/door-policies.ts';
import { BEGIN_SECONDS } from '../../functions/core/begin.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { relayNames } from '../names.ts';

export interface RelayQueueProps {
  config: RelayContext;
}

/**
 * The relay itself sends a message to the dead-letter queue, with the reason. SQS's redrive policy comes later, with the default timeouts
 * after 16 hours: it is for messages that the relay cannot even send there, or while no relay can start.
 */
const RECEIVES_OF_REDRIVE = 60;
/** The longest that SQS allows, so that people have time to look. */
const RETENTION_DAYS = 14;

/**
 * How long a message stays hidden from others: while an invocation has it, and as long as its last write may still take effect after the
 * beginning. Six timeouts are AWS's advice for functions that are throttled; docs/decisions/0048 says what the relay does instead. Pure.
 */
export function hiddenSeconds(relay: RelayContext['relay']): number {
  const { timeoutSeconds, latePutSeconds, lateCompleteSeconds } = relay;
  return Math.ceil(Math.max(timeoutSeconds + BEGIN_SECONDS, latePutSeconds, lateCompleteSeconds));
}

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
      visibilityTimeout: Duration.seconds(hiddenSeconds(config.relay)),
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
