/** The construct of the relay's own account. */
import { Stack } from 'aws-cdk-lib';
import type { Dashboard, IAlarm, MathExpression, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type Grant, type IGrantable, type IRole, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { Alias, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { RelayMetrics } from '../constructs/metrics.ts';
import { checked } from './checked.ts';
import { contextOf, isBucket } from './context-of.ts';
import { sendEventsOf } from './event-bridge.ts';
import { saidOf } from './field-names.ts';
import { grant, toInvoke, toReadReceipts, toRedrive, toReplay } from './grants.ts';
import { refuseExcess } from './limits.ts';
import type { RouteMetricOptions } from './relay-metric-options.ts';
import { RelayParts } from './relay-parts.ts';
import { takeNames } from './taken-names.ts';
import type { UploadRelayProps } from './upload-relay-props.ts';
import { warnOf } from './warnings.ts';

/**
 * An upload relay: what is uploaded into a bucket of this account turns up in buckets of other accounts, which grant nothing but
 * `s3:PutObject`. The other side is an `UploadDestination`, or a role that account B makes by other means.
 *
 * All names are known beforehand, so that the stacks of both sides can be deployed in any order.
 */
export class UploadRelay extends Construct {
  /** The name of the relay. */
  readonly name: string;
  /** The relay's own bucket; none if every route pulls. */
  readonly bucket: IBucket | undefined;
  /** The messages that wait to be relayed. */
  readonly queue: IQueue;
  /** The messages that could not be relayed. */
  readonly deadLetterQueue: IQueue;
  /** The table of receipts: one item per route and key. */
  readonly ledgerTable: ITable;
  /** The role that reads the source bucket and assumes the writer roles, which trust it. */
  readonly role: IRole;
  /** The ARN of `role`. */
  readonly roleArn: string;
  /** The function that relays. */
  readonly function: IFunction;
  /** The function that checks whether the relay may do what it must, and nothing else. */
  readonly checkFunction: IFunction;
  /** The alias of the function that replays, reconciles, audits and redrives; none without `replay`. */
  readonly replayFunction: IFunction | undefined;
  /** The bucket of the audit's reports that the relay creates; none if it is told one, and none without `replay`. */
  readonly reportBucket: IBucket | undefined;
  /** Every alarm. Each of them notifies `alarmTopic`. */
  readonly alarms: IAlarm[];
  /** The alarm that is on while any other one is. It notifies nobody. */
  readonly healthAlarm: IAlarm;
  /** Hears of each alarm. */
  readonly alarmTopic: ITopic;
  /** Shows whether objects flow, how fast, and what is stuck. */
  readonly dashboard: Dashboard;
  readonly #metrics: RelayMetrics;

  /**
   * @param scope the stack, or a construct in it
   * @param id the id of the construct, which logical ids are made of
   * @param props what is relayed, and how
   */
  constructor(scope: Construct, id: string, props: UploadRelayProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const told = checked(this, stack, contextOf(this, props));
    const { source, permissionsBoundary, removalPolicy } = props;
    const { config } = told;
    takeNames(this, stack, config);
    if (permissionsBoundary) PermissionsBoundary.of(this).apply(permissionsBoundary);
    const parts = new RelayParts(this, { config, removalPolicy });
    if (isBucket(source) && !props.topic) sendEventsOf(this, source);
    warnOf(this, config);
    refuseExcess(this, stack, told);
    this.name = config.relay.name;
    this.bucket = isBucket(source) ? source : (parts.uploads?.bucket as IBucket | undefined);
    this.queue = parts.queue.queue;
    this.deadLetterQueue = parts.queue.deadLetters;
    this.ledgerTable = parts.ledger.table as ITable;
    this.role = parts.relay.role;
    this.roleArn = this.role.roleArn;
    this.function = parts.relay.function;
    this.checkFunction = parts.check.function;
    this.replayFunction = parts.replay?.alias as IFunction | undefined;
    this.reportBucket = parts.reports?.bucket as IBucket | undefined;
    this.alarms = parts.alarms.all;
    this.healthAlarm = parts.health.alarm;
    this.alarmTopic = parts.alarms.topic;
    this.dashboard = parts.dashboard.dashboard;
    this.#metrics = new RelayMetrics(config);
  }

  /**
   * Lets somebody invoke `replayFunction`, and hear how its executions go: replay, reconcile, audit and redrive.
   * @param grantee whoever may
   */
  grantReplay(grantee: IGrantable): Grant {
    if (this.replayFunction) return grant(grantee, ...toReplay(this.replayFunction as Alias));
    throw new Error(`${saidOf(this, 'relay.replay')} is false, so there is nothing to invoke: remove grantReplay.`);
  }

  /**
   * Lets somebody move messages from `deadLetterQueue` back to `queue` by SQS's own means, which includes reading them.
   * @param grantee whoever may
   */
  grantRedrive(grantee: IGrantable): Grant {
    return grant(grantee, ...toRedrive(this.deadLetterQueue.queueArn, this.queue.queueArn));
  }

  /**
   * Lets somebody run the check.
   * @param grantee whoever may
   */
  grantCheck(grantee: IGrantable): Grant {
    return grant(grantee, toInvoke(this.checkFunction.functionArn));
  }

  /**
   * Lets somebody have single objects relayed at once, by their keys.
   * @param grantee whoever may
   */
  grantInvoke(grantee: IGrantable): Grant {
    return grant(grantee, toInvoke(this.function.functionArn));
  }

  /**
   * Lets somebody read receipts by their keys.
   * @param grantee whoever may
   */
  grantReadReceipts(grantee: IGrantable): Grant {
    return grant(grantee, toReadReceipts(this.ledgerTable.tableArn));
  }

  /**
   * Objects that were delivered: the sum of five minutes unless `props` say otherwise. An alarm takes ten routes at most.
   * @param props how it is measured
   */
  metricDelivered(props: RouteMetricOptions = {}): Metric | MathExpression {
    return this.#countOf('objectsDelivered', props);
  }

  /**
   * Objects that failed for good: the sum of five minutes unless `props` say otherwise. An alarm takes ten routes at most.
   * @param props how it is measured
   */
  metricFailed(props: RouteMetricOptions = {}): Metric | MathExpression {
    return this.#countOf('objectsFailed', props);
  }

  /**
   * Milliseconds from the upload to the end of the write: the 99th percentile of five minutes unless `props` say otherwise.
   * @param props how it is measured
   */
  metricLatency({ route, ...props }: RouteMetricOptions = {}): Metric {
    const dimensions = route === undefined ? {} : { route };
    return this.#metrics.own('deliveryLatency', 'p99', dimensions).with(props);
  }

  /**
   * The share of the objects that were delivered in time, 0 to 1: the average of five minutes unless `props` say otherwise.
   * @param props how it is measured
   */
  metricDeliveredInTime(props: MetricOptions = {}): Metric {
    return this.#metrics.own('deliveredInTime', 'Average').with(props);
  }

  /**
   * The age of the oldest message in `queue`, in seconds: the maximum of five minutes unless `props` say otherwise.
   * @param props how it is measured
   */
  metricOldestMessage(props: MetricOptions = {}): Metric {
    return this.#metrics.oldestMessageAge().with(props);
  }

  /**
   * The number of messages in `deadLetterQueue`: the maximum of five minutes unless `props` say otherwise.
   * @param props how it is measured
   */
  metricDeadLetters(props: MetricOptions = {}): Metric {
    return this.#metrics.deadLetterDepth().with(props);
  }

  #countOf(
    name: 'objectsDelivered' | 'objectsFailed',
    { route, ...props }: RouteMetricOptions,
  ): Metric | MathExpression {
    return route === undefined
      ? this.#metrics.ofAllRoutes(name, props)
      : this.#metrics.ofRoute(name, route).with(props);
  }
}
