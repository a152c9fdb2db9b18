/** CloudWatch of all accounts: metrics, and the alarms and dashboards that templates make. It has no API; tests and scripts ask it here. */
import type { Clock } from '../api.ts';
import type { LogLine } from '../logs/store.ts';
import { type Alarm, type AlarmState, stateOf } from './alarm.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { MetricStore } from './metric-store.ts';
import type { Topics } from './topics.ts';

export interface CloudWatchOptions {
  clock: Clock;
  topics: Topics;
  onUnexpectedError: (error: unknown) => void;
}

export class CloudWatch {
  readonly metrics = new MetricStore();
  /** Bodies by name. */
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
  putAlarm(alarm: Alarm): void {
    if (this.#alarms.has(alarm.name)) throw new Error(`Alarm ${alarm.name} exists already`);
    for (const arn of alarm.actions) this.#options.topics.get(arn);
    this.#alarms.set(alarm.name, { alarm, state: 'INSUFFICIENT_DATA' });
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

  #notify({ name, description, metric: { account, region }, actions }: Alarm): void {
    const alarmArn = `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
    const body = JSON.stringify({ AlarmName: name, AlarmDescription: description, NewStateValue: 'ALARM' });
    const caller = {
      principal: { kind: 'service' as const, service: 'cloudwatch.amazonaws.com' },
      context: { 'aws:SecureTransport': 'true' },
    };
    for (const topicArn of actions) {
      try {
        this.#options.topics.publish(caller, topicArn, body, {
          'aws:SourceArn': alarmArn,
          'aws:SourceAccount': account,
          'aws:SourceOwner': account,
        });
      } catch (error) {
        this.#options.onUnexpectedError(error);
      }
    }
  }
}
