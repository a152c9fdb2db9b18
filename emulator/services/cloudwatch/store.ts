/** CloudWatch of all accounts: metrics, and the alarms and dashboards that templates make. Its API only describes alarms and tells statistics; tests and scripts ask it here. */
import { ApiError, type Caller, type Clock, type ContextKeys } from '../../core/api.ts';
import { type Keeper, refill } from '../../core/keeper.ts';
import type { LogLine } from '../../core/log-line.ts';
import { arnOf, type Place } from '../../core/partition.ts';
import { type Alarm, type AlarmState, stateOf } from './alarm.ts';
import { type CompositeAlarm, parseAlarmRule } from './alarm-rule.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { MetricStore } from './metric-store.ts';

/** What alarms need of SNS. */
export interface AlarmTopics {
  /** @throws ApiError `NotFound` */
  get(arn: string): unknown;
  publish(caller: Caller, topicArn: string, message: string, context: ContextKeys): void;
}

/** Where an alarm stands, and since when; milliseconds since the epoch. */
export interface Standing {
  state: AlarmState;
  since: number;
}

export type Described<A> = { arn: string; alarm: A } & Standing;

export interface CloudWatchOptions {
  clock: Clock;
  topics: AlarmTopics;
  onUnexpectedError: (error: unknown) => void;
}

export class CloudWatch implements Keeper {
  readonly metrics = new MetricStore();
  /** Bodies by ARN. */
  readonly dashboards = new Map<string, unknown>();
  readonly #alarms = new Map<string, { alarm: Alarm } & Standing>();
  readonly #composites = new Map<string, { alarm: CompositeAlarm } & Standing>();
  readonly #options: CloudWatchOptions;

  constructor(options: CloudWatchOptions) {
    this.#options = options;
  }

  /** Alarms and dashboards; metrics are of one process only. */
  snapshot() {
    const composites = [...this.#composites].map(([arn, { alarm, ...standing }]) => {
      return [arn, { alarm: { ...alarm, rule: alarm.rule.text }, ...standing }] as const;
    });
    return { alarms: this.#alarms, composites, dashboards: this.dashboards };
  }

  restore({ alarms, composites, dashboards }: ReturnType<CloudWatch['snapshot']>): void {
    refill(this.#alarms, alarms);
    for (const [arn, { alarm, ...standing }] of composites) {
      this.#composites.set(arn, { alarm: { ...alarm, rule: parseAlarmRule(alarm.rule) }, ...standing });
    }
    refill(this.dashboards, dashboards);
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
    const arn = this.#newArn(alarm.metric, alarm.name);
    this.#checkActions(alarm);
    this.#alarms.set(arn, { alarm, ...this.#unheard() });
    return { arn };
  }

  /** Its state stays until it is evaluated. @throws Error for an action on a topic that doesn't exist */
  updateAlarm(alarm: Alarm): void {
    this.#checkActions(alarm);
    this.#alarms.get(alarmArn(alarm.metric, alarm.name))!.alarm = alarm;
  }

  /** @throws ApiError `ValidationError` for a rule about alarms that don't exist; Error as `putAlarm` */
  putComposite(alarm: CompositeAlarm): { arn: string } {
    const arn = this.#newArn(alarm, alarm.name);
    this.#checkActions(alarm);
    this.#checkRule(alarm);
    this.#composites.set(arn, { alarm, ...this.#unheard() });
    return { arn };
  }

  /** @throws ApiError as `putComposite`, and for a rule that leads back to the alarm itself */
  updateComposite(alarm: CompositeAlarm): void {
    this.#checkActions(alarm);
    this.#checkRule(alarm);
    this.#composites.get(alarmArn(alarm, alarm.name))!.alarm = alarm;
  }

  /** Of either kind. Rules that ask for it find it gone. */
  removeAlarm(arn: string): void {
    this.#alarms.delete(arn);
    this.#composites.delete(arn);
  }

  alarmArns(): string[] {
    return [...this.#alarms.keys(), ...this.#composites.keys()];
  }

  #unheard(): Standing {
    return { state: 'INSUFFICIENT_DATA', since: this.#options.clock() };
  }

  #newArn(place: Place, name: string): string {
    const arn = alarmArn(place, name);
    if (this.alarmArns().includes(arn)) throw new Error(`Alarm ${name} exists already`);
    return arn;
  }

  /** Stricter than CloudWatch, which looks at the ARN only and tells nobody later. */
  #checkActions({ actions }: Pick<Alarm, 'actions'>): void {
    for (const arn of actions) this.#options.topics.get(arn);
  }

  /** CloudWatch lets rules lead round in a circle, and then deletes none of them; here that is refused at once. */
  #checkRule(alarm: CompositeAlarm): void {
    const known = this.alarmArns();
    const missing = alarm.rule.alarms.filter((name) => !known.includes(arnIn(alarm, name)));
    if (missing.length > 0) {
      const problem = `Could not save the composite alarm as alarms [${missing.join(', ')}] in the alarm rule do not exist`;
      throw new ApiError('ValidationError', 400, problem);
    }
    const own = alarmArn(alarm, alarm.name);
    const below = ({ rule, ...place }: CompositeAlarm): string[] =>
      rule.alarms.flatMap((name) => {
        const arn = arnIn(place, name);
        const composite = arn === own ? undefined : this.#composites.get(arn)?.alarm;
        return [arn, ...(composite ? below(composite) : [])];
      });
    if (below(alarm).includes(own)) {
      throw new ApiError('ValidationError', 400, `The rule of the composite alarm ${alarm.name} leads back to itself`);
    }
  }

  /** The body of the dashboard of that name, in whichever account it is. */
  dashboard(name: string): unknown {
    return [...this.dashboards].find(([arn]) => arn.endsWith(`:dashboard/${name}`))?.[1];
  }

  /** Those of a metric. */
  alarms(): Alarm[] {
    return [...this.#alarms.values()].map(({ alarm }) => alarm);
  }

  /** Both kinds of one account and region, as they stand now. */
  describedAlarms(place: Place): { metric: Described<Alarm>[]; composite: Described<CompositeAlarm>[] } {
    this.evaluateAlarms();
    const isThere = ({ account, region }: Place) => account === place.account && region === place.region;
    const of = <A>(entries: Map<string, { alarm: A } & Standing>, placeOf: (alarm: A) => Place): Described<A>[] =>
      [...entries].filter(([, { alarm }]) => isThere(placeOf(alarm))).map(([arn, entry]) => ({ arn, ...entry }));
    return { metric: of(this.#alarms, ({ metric }) => metric), composite: of(this.#composites, (alarm) => alarm) };
  }

  /**
   * Evaluates every alarm, as CloudWatch does each minute, and those about others after them: one that goes off tells its topics.
   * @returns the states by name
   */
  evaluateAlarms(now = this.#options.clock()): Record<string, AlarmState> {
    const states = new Map<string, AlarmState>();
    const names: Record<string, AlarmState> = {};
    for (const [arn, entry] of this.#alarms) states.set(arn, stateOf(entry.alarm, this.metrics, now, entry.state));
    for (const arn of this.#composites.keys()) this.#stateOfComposite(arn, states);
    const composites = [...this.#composites].map(([arn, entry]) => ({ arn, entry, place: entry.alarm }));
    const plain = [...this.#alarms].map(([arn, entry]) => ({ arn, entry, place: entry.alarm.metric }));
    for (const { arn, entry, place } of [...plain, ...composites]) {
      const before = entry.state;
      entry.state = states.get(arn)!;
      if (entry.state !== before) entry.since = now;
      names[entry.alarm.name] = entry.state;
      if (entry.state === 'ALARM' && before !== 'ALARM') this.#notify(arn, place.account, entry.alarm);
    }
    return names;
  }

  /** Composites may ask for composites. */
  #stateOfComposite(arn: string, states: Map<string, AlarmState>): AlarmState | undefined {
    const alarm = this.#composites.get(arn)?.alarm;
    if (states.has(arn) || !alarm) return states.get(arn);
    const holds = alarm.rule.holds((name) => this.#stateOfComposite(arnIn(alarm, name), states));
    const state = holds ? 'ALARM' : 'OK';
    states.set(arn, state);
    return state;
  }

  #notify(
    arn: string,
    account: string,
    { name, description, actions }: Pick<Alarm, 'name' | 'description' | 'actions'>,
  ) {
    const body = JSON.stringify({ AlarmName: name, AlarmDescription: description, NewStateValue: 'ALARM' });
    const caller = {
      principal: { kind: 'service' as const, service: 'cloudwatch.amazonaws.com' },
      context: { 'aws:SecureTransport': 'true' },
    };
    for (const topicArn of actions) {
      try {
        this.#options.topics.publish(caller, topicArn, body, {
          'aws:SourceArn': arn,
          'aws:SourceAccount': account,
          'aws:SourceOwner': account,
        });
      } catch (error) {
        this.#options.onUnexpectedError(error);
      }
    }
  }
}

function alarmArn(place: Place, name: string): string {
  return arnOf('cloudwatch', place, `alarm:${name}`);
}

/** An alarm as a rule names it: by its ARN, or by its name in the account and region of the rule. */
function arnIn(place: Place, alarm: string): string {
  return alarm.startsWith('arn:') ? alarm : alarmArn(place, alarm);
}
