/** The alarms, and the topic that they notify. */
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmBase,
  type AlarmProps,
  ComparisonOperator,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Rule } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { DEFAULT_SCHEDULE, type ReconciliationContext } from '../config/reconciliation-schema.ts';
import { ownSource, type RelayContext } from '../config/relay-context.ts';
import { alarmName, relayNames } from '../names.ts';
import { CANARY_MINUTES } from './canary-function.ts';
import { RelayMetrics } from './metrics.ts';
import { ObjectiveAlarm } from './objective-alarm.ts';

export interface AlarmsProps {
  config: RelayContext;
  /** The rule that takes an existing bucket's events. */
  rule: Rule | undefined;
}

/** Longer than the first three backoffs of a message together: half a minute, two minutes, eight minutes. */
const OLDEST_MESSAGE_SECONDS = 1800;
/** A day, and two hours for a canary that runs late. */
const SILENCE_HOURS = 26;

/** A reconciliation runs once a day: what it has found is told until the next one. */
const DAY_HOURS = 24;
/** Two days, and two hours for one that takes its time. */
const RECONCILIATION_SILENCE_HOURS = 50;

const ATLEAST = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;

/** All alarms. The description of each names its section in docs/runbook.md. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly all: AlarmBase[] = [];
  readonly #config: RelayContext;

  constructor(scope: Construct, id: string, { config, rule }: AlarmsProps) {
    super(scope, id);
    this.#config = config;
    const metrics = new RelayMetrics(config);
    const { account } = config.source;
    this.topic = new Topic(this, 'Topic', { topicName: relayNames(config).alarmTopic, enforceSSL: true });
    // A topic's own policy replaces the default one, which would have allowed CloudWatch to publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'PublishAlarms',
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    if (config.relay.alarmEmail !== undefined)
      this.topic.addSubscription(new EmailSubscription(config.relay.alarmEmail));

    this.#add('dead-letters', 'objects that could not be relayed wait for somebody', {
      metric: metrics.deadLetterDepth(),
      threshold: 1,
      evaluationPeriods: 1,
    });
    this.#add('oldest-message', 'an upload has been waiting for half an hour', {
      metric: metrics.oldestMessageAge(),
      threshold: OLDEST_MESSAGE_SECONDS,
      evaluationPeriods: 1,
    });
    this.#add('oldest-message', 'an upload has been waiting for half an hour, sent anew each time', {
      metric: metrics.oldestRequeuedAge(),
      threshold: OLDEST_MESSAGE_SECONDS,
      evaluationPeriods: 1,
      suffix: '-requeued',
    });
    this.#add('errors', 'the relay function fails again and again', {
      metric: metrics.ofRelayFunction('Errors'),
      threshold: 1,
      evaluationPeriods: 3,
    });
    this.#add('throttles', 'Lambda refuses to run the relay as often as it is needed', {
      metric: metrics.ofRelayFunction('Throttles'),
      threshold: 1,
      evaluationPeriods: 3,
    });
    const { objectiveSeconds, objectivePercent } = config.relay;
    const late = `one upload in a hundred takes over ${objectiveSeconds} seconds`;
    this.#add('latency', late, {
      metric: metrics.own('deliveryLatency', 'p99'),
      threshold: objectiveSeconds * 1000,
      evaluationPeriods: 3,
    });
    // A stack holds at most 500 resources, so an alarm for each route is created only on request.
    for (const { name } of config.relay.routeAlarms ? config.routes : []) {
      this.#add('latency', `${late} along route ${name}`, {
        metric: metrics.ofRoute('deliveryLatency', name, 'p99'),
        threshold: objectiveSeconds * 1000,
        evaluationPeriods: 3,
        suffix: `-${name}`,
      });
    }
    const meaning = `too many uploads are delivered late for an objective of ${objectivePercent} % within ${objectiveSeconds} seconds`;
    const description = descriptionOf('objective', meaning);
    this.#tell(new ObjectiveAlarm(this, 'Objective', { config, metrics, description }).alarm);
    this.#add('check-failed', 'the check found something that must be mended', {
      metric: metrics.own('checkFailedLines', 'Maximum'),
      threshold: 1,
      evaluationPeriods: 1,
      // It is on until a check passes, which may be days later.
      treatMissingData: TreatMissingData.IGNORE,
    });
    this.#add('check-silent', `no check has passed for ${SILENCE_HOURS} hours`, {
      // The alarm goes off when no check has passed in any of the last hours: missing data counts as a failure.
      metric: metrics.own('checkPassed', 'Maximum').with({ period: Duration.hours(1) }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: SILENCE_HOURS,
      treatMissingData: TreatMissingData.BREACHING,
    });
    this.#addDoor(metrics, rule);
    if (config.relay.replay && config.relay.reconciliation)
      this.#addReconciliation(metrics, config.relay.reconciliation);
  }

  /** The alarms about the door. What a rule can't deliver is in the dead-letter queue, which has an alarm of its own. */
  #addDoor(metrics: RelayMetrics, rule: Rule | undefined): void {
    if (this.#config.relay.canary && ownSource(this.#config)) {
      this.#add('canary', 'no canary has come across within an hour', {
        metric: metrics.own('canaryArrived', 'Maximum').with({ period: Duration.minutes(CANARY_MINUTES) }),
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: 2,
        treatMissingData: TreatMissingData.BREACHING,
      });
    }
    if (!rule) return;
    this.#add('rule-failed', "the rule could not pass an upload's event on to the queue", {
      metric: metrics.ofRule('FailedInvocations', rule.ruleName),
      threshold: 1,
      evaluationPeriods: 1,
    });
    this.#add('rule-failed', "an upload's event is lost, since the dead-letter queue refused it too", {
      metric: metrics.ofRule('InvocationsFailedToBeSentToDlq', rule.ruleName),
      threshold: 1,
      evaluationPeriods: 1,
      suffix: '-for-good',
    });
  }

  #addReconciliation(metrics: RelayMetrics, { schedule }: ReconciliationContext): void {
    const found = metrics.own('objectsMissing', 'Maximum').with({ period: Duration.hours(1) });
    this.#add('objects-missing', 'the reconciliation has found uploads that the relay had missed', {
      metric: found,
      threshold: 1,
      evaluationPeriods: DAY_HOURS,
      datapointsToAlarm: 1,
    });
    // Of a schedule of one's own nobody knows when it is late.
    if (schedule !== DEFAULT_SCHEDULE) return;
    this.#add('reconciliation-silent', `no reconciliation has ended for ${RECONCILIATION_SILENCE_HOURS} hours`, {
      metric: found,
      threshold: 0,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: RECONCILIATION_SILENCE_HOURS,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  #add(
    kind: string,
    meaning: string,
    { suffix = '', ...props }: Omit<AlarmProps, 'alarmName'> & { suffix?: string },
  ): void {
    const alarm = new Alarm(this, `${kind}${suffix}`, {
      comparisonOperator: ATLEAST,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
      alarmName: alarmName(this.#config, kind, suffix),
      alarmDescription: descriptionOf(kind, meaning),
    });
    this.#tell(alarm);
  }

  #tell(alarm: AlarmBase): void {
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
    this.all.push(alarm);
  }
}

function descriptionOf(kind: string, meaning: string): string {
  return `Upload Relay: ${meaning}. What to do: docs/runbook.md#alarm-${kind}`;
}
