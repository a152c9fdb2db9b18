/** EventBridge rules that go by a schedule. Time doesn't make them fire here, since nothing lives for a day: `fire` does. */
import { randomUUID } from 'node:crypto';
import { ApiError, type Caller, type Clock, type ContextKeys } from '../api.ts';
import type { EventBridgeEvent } from './eventbridge-event.ts';

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
  functionArn: string;
  /** JSON that the function gets instead of the event. */
  input?: string | undefined;
}

/** Invokes a function on behalf of a service, if the function's policy lets that in. */
export type InvokeFunction = (caller: Caller, functionArn: string, payload: string, context: ContextKeys) => void;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
const EXPRESSION = /^(rate\((1 (minute|hour|day)|([2-9]|\d{2,}) (minutes|hours|days))\)|cron\(\S+( \S+){5}\))$/;

export class Schedules {
  readonly #clock: Clock;
  readonly #invoke: InvokeFunction;
  readonly #rules = new Map<string, ScheduledRule>();

  constructor({ clock, invoke }: { clock: Clock; invoke: InvokeFunction }) {
    this.#clock = clock;
    this.#invoke = invoke;
  }

  /** @throws ApiError `ValidationException` */
  put(rule: ScheduledRule): { arn: string } {
    if (!EXPRESSION.test(rule.expression)) {
      throw new ApiError('ValidationException', 400, 'Parameter ScheduleExpression is not valid.');
    }
    const arn = `arn:aws:events:${rule.region}:${rule.account}:rule/${rule.name}`;
    this.#rules.set(arn, rule);
    return { arn };
  }

  /** The ARNs of all rules. */
  arns(): string[] {
    return [...this.#rules.keys()];
  }

  find(arn: string): ScheduledRule | undefined {
    return this.#rules.get(arn);
  }

  /**
   * Does now what the schedule would do at its time: invokes the rule's functions, without waiting for them.
   * @throws Error for an unknown or disabled rule; ApiError `AccessDenied` when a function's policy doesn't let EventBridge in
   */
  fire(arn: string): void {
    const rule = this.#rules.get(arn);
    if (!rule?.enabled)
      throw new Error(`There is no schedule ${arn} that could fire; there are ${this.arns().join(', ') || 'none'}`);
    const caller: Caller = { principal: { kind: 'service', service: 'events.amazonaws.com' }, context: {} };
    const event = JSON.stringify(scheduledEvent(rule, arn, this.#clock()));
    for (const { functionArn, input = event } of rule.targets) {
      this.#invoke(caller, functionArn, input, { 'aws:SourceArn': arn, 'aws:SourceAccount': rule.account });
    }
  }
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
