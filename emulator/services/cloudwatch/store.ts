/** CloudWatch of all accounts: metrics, and the alarms and dashboards that templates make. It has no API; tests and scripts ask it here. */
import type { Caller, Clock, ContextKeys } from '../../core/api.ts';
import type { LogLine } from '../../core/log-line.ts';
import { arnOf } from '../../core/partition.ts';
import { type Alarm, type AlarmState, stateOf } from './alarm.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { MetricStore } from './metric-store.ts';

/** What alarms need of SNS. */
export interface AlarmTopics {
  /** @throws ApiError `NotFound` */
  get(arn: string): unknown;
  publish(caller: Caller, topicArn: string, message: string, context: ContextKeys): void;
}

export interface CloudWatchOptions {
  clock: Clock;
  topics: AlarmTopics;
  onUnexpectedError: (error: unknown) => void;
}

export class CloudWatch {
  readonly metrics = new MetricStore();
  /** Bodies by ARN. */
  readonly dashboards = new Map<string, unknown>();
  readonly #alarms = new Map<string, { alarm: Alarm; state: AlarmState }>();
  readonly #options: CloudWatchOptions;

  constructor(options: CloudWatchOptions) {
    this.#options = options;
  }

  /** Takes the metrics out of a line that a function has logged. */
  readLine(line: LogLine): void {
    try {
      for (const datum of embeddedMetrics(line)) this.metrics.put(datum);
    } catch (error) {
      this.#options.onUnexpectedError(error);
    }
  }

  /** @throws Error for a second alarm of that name, or for an action on a topic that doesn't exist */
  putAlarm(alarm: Alarm): { arn: string } {
    const arn = alarmArn(alarm);
    if (this.#alarms.has(arn)) throw new Error(`Alarm ${alarm.name} exists already`);
    this.#checkActions(alarm);
    this.#alarms.set(arn, { alarm, state: 'INSUFFICIENT_DATA' });
    return { arn };
  }

  /** Its state stays until it is evaluated. @throws Error for an action on a topic that doesn't exist */
  updateAlarm(alarm: Alarm): void {
    this.#checkActions(alarm);
    this.#alarms.get(alarmArn(alarm))!.alarm = alarm;
  }

  removeAlarm(arn: string): void {
    this.#alarms.delete(arn);
  }

  alarmArns(): string[] {
    return [...this.#alarms.keys()];
  }

  /** Stricter than CloudWatch, which looks at the ARN only and tells nobody later. */
  #checkActions({ actions }: Alarm): void {
    for (const arn of actions) this.#options.topics.get(arn);
  }

  /** The body of the dashboard of that name, in whichever account it is. */
  dashboard(name: string): unknown {
    return [...this.dashboards].find(([arn]) => arn.endsWith(`:dashboard/${name}`))?.[1];
  }

  alarms(): Alarm[] {
    return [...this.#alarms.values()].map(({ alarm }) => alarm);
  }

  /** Evaluates every alarm, as CloudWatch does each minute: one that goes off tells its topics. */
  evaluateAlarms(now = this.#options.clock()): Record<string, AlarmState> {
    const states: Record<string, AlarmState> = {};
    for (const entry of this.#alarms.values()) {
      const { alarm, state: before } = entry;
      entry.state = stateOf(alarm, this.metrics, now);
      states[alarm.name] = entry.state;
      if (entry.state === 'ALARM' && before !== 'ALARM') this.#notify(alarm);
    }
    return states;
  }

  #notify(alarm: Alarm): void {
    const { name, description, actions } = alarm;
    const { account } = alarm.metric;
    const body = JSON.stringify({ AlarmName: name, AlarmDescription: description, NewStateValue: 'ALARM' });
    const caller = {
      principal: { kind: 'service' as const, service: 'cloudwatch.amazonaws.com' },
      context: { 'aws:SecureTransport': 'true' },
    };
    for (const topicArn of actions) {
      try {
        this.#options.topics.publish(caller, topicArn, body, {
          'aws:SourceArn': alarmArn(alarm),
          'aws:SourceAccount': account,
          'aws:SourceOwner': account,
        });
      } catch (error) {
        this.#options.onUnexpectedError(error);
      }
    }
  }
}

function alarmArn({ name, metric }: Alarm): string {
  return arnOf('cloudwatch', metric, `alarm:${name}`);
}
