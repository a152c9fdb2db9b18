/** EventBridge rules that go by a schedule. */
import { randomUUID } from 'node:crypto';
import { ApiError, type Caller, type Clock } from '../../../core/api.ts';
import type { EventBridgeEvent } from '../../../core/event.ts';
import type { InvokeFunction } from '../../../core/invocation.ts';
import type { Keeper } from '../../../core/keeper.ts';
import { arnOf } from '../../../core/partition.ts';
import { parseTiming, startOf, type Timing } from '../../../core/time/timing.ts';

export interface ScheduledRule {
  account: string;
  region: string;
  name: string;
  /** `rate(1 day)` or `cron(0 6 * * ? *)` */
  expression: string;
  enabled: boolean;
  targets: ScheduleTarget[];
}

export interface ScheduleTarget {
  id: string;
  functionArn: string;
  /** JSON that the function gets instead of the event. */
  input?: string | undefined;
}

interface Entry {
  rule: ScheduledRule;
  timing: Timing;
  /** Milliseconds since the epoch. */
  madeAt: number;
}

export class ScheduledRules implements Keeper {
  readonly #clock: Clock;
  readonly #invoke: InvokeFunction;
  readonly #rules = new Map<string, Entry>();

  constructor({ clock, invoke }: { clock: Clock; invoke: InvokeFunction }) {
    this.#clock = clock;
    this.#invoke = invoke;
  }

  snapshot() {
    return [...this.#rules].map(([arn, { rule, madeAt }]) => ({ arn, rule, madeAt }));
  }

  restore(kept: ReturnType<ScheduledRules['snapshot']>): void {
    for (const { arn, rule, madeAt } of kept) this.#rules.set(arn, { rule, madeAt, timing: timingOf(rule) });
  }

  /** @throws ApiError `ValidationException` */
  put(rule: ScheduledRule): { arn: string } {
    const timing = timingOf(rule);
    const arn = arnOf('events', rule, `rule/${rule.name}`);
    this.#rules.set(arn, { rule, timing, madeAt: this.#clock() });
    return { arn };
  }

  remove(arn: string): void {
    this.#rules.delete(arn);
  }

  /** The ARNs of all rules. */
  arns(): string[] {
    return [...this.#rules.keys()];
  }

  find(arn: string): ScheduledRule | undefined {
    return this.#rules.get(arn)?.rule;
  }

  /** Those whose time has come in this minute; a rate begins with its first pause. */
  dueArns(minute: number): string[] {
    const due = [...this.#rules].filter(
      ([, { rule, timing, madeAt }]) => rule.enabled && minute > startOf(madeAt) && timing.isDue(minute, madeAt),
    );
    return due.map(([arn]) => arn);
  }

  /**
   * Does now what the schedule would do at its time: invokes the rule's functions, without waiting for them.
   * @throws Error for an unknown or disabled rule; ApiError `AccessDenied` when a function's policy doesn't let EventBridge in
   */
  fire(arn: string): void {
    const rule = this.#rules.get(arn)?.rule;
    if (!rule?.enabled) throw new Error(`There is no schedule ${arn} that could fire.`);
    const caller: Caller = { principal: { kind: 'service', service: 'events.amazonaws.com' }, context: {} };
    const event = JSON.stringify(scheduledEvent(rule, arn, this.#clock()));
    for (const { functionArn, input = event } of rule.targets) {
      void this.#invoke(caller, functionArn, input, { 'aws:SourceArn': arn, 'aws:SourceAccount': rule.account });
    }
  }
}

/** @throws ApiError `ValidationException` */
function timingOf({ expression }: ScheduledRule): Timing {
  // A rule knows no time zone and no single time: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
  const timing = expression.startsWith('at(') ? undefined : parseTiming(expression);
  if (timing) return timing;
  throw new ApiError('ValidationException', 400, 'Parameter ScheduleExpression is not valid.');
}

function scheduledEvent({ account, region }: ScheduledRule, arn: string, now: number): EventBridgeEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account,
    time: new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region,
    resources: [arn],
    detail: {},
  };
}
