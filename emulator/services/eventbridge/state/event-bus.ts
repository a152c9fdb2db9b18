/** The default event bus of every account and region, as far as rules with SQS targets go. */
import { ApiError } from '../../../core/api.ts';
import type { EventBridgeEvent } from '../../../core/event.ts';
import { arnOf, regionOfArn } from '../../../core/partition.ts';
import { type DeliveryFailure, type QueueSender, sendOrRecord } from '../../../core/queue-delivery.ts';
import { compilePattern, type EventMatcher, type EventPattern } from '../event-pattern.ts';

export interface EventRule {
  account: string;
  region: string;
  name: string;
  eventPattern: EventPattern;
  enabled: boolean;
  targets: { id: string; arn: string; inputTransformer?: unknown }[];
}

export interface EventBusOptions {
  sqs: QueueSender;
  onFailure?: (failure: DeliveryFailure) => void;
}

export class EventBus {
  /** Every delivery that a queue refused, in order. */
  readonly failures: DeliveryFailure[] = [];
  readonly #sqs: QueueSender;
  readonly #onFailure: (failure: DeliveryFailure) => void;
  readonly #rules = new Map<string, { rule: EventRule; matches: EventMatcher }>();

  constructor({ sqs, onFailure = () => {} }: EventBusOptions) {
    this.#sqs = sqs;
    this.#onFailure = onFailure;
  }

  /**
   * Makes or replaces a rule. Its queues need not exist yet: whether they take an event shows when one is delivered.
   * @throws ApiError InvalidEventPatternException; ValidationException for a target that is no queue or transforms its input
   */
  putRule(rule: EventRule): { arn: string } {
    for (const { id, arn, inputTransformer } of rule.targets) {
      if (regionOfArn(arn, 'sqs') === undefined) throw refused(rule, id, `${arn} is not an SQS queue`);
      if (inputTransformer !== undefined) throw refused(rule, id, 'input transformers are not supported');
    }
    const arn = arnOf('events', rule, `rule/${rule.name}`);
    this.#rules.set(arn, { rule, matches: compilePattern(rule.eventPattern) });
    return { arn };
  }

  removeRule(arn: string): void {
    this.#rules.delete(arn);
  }

  ruleArns(): string[] {
    return [...this.#rules.keys()];
  }

  /** Delivers to the queues of every enabled rule of the event's account and region that matches. */
  publish(event: EventBridgeEvent): void {
    const body = JSON.stringify(event);
    for (const [sourceArn, { rule, matches }] of this.#rules) {
      const { account, region, enabled, targets } = rule;
      if (!enabled || account !== event.account || region !== event.region || !matches(event)) continue;
      for (const { arn: queueArn } of targets) {
        const delivery = { service: 'events.amazonaws.com', sourceArn, sourceAccount: account, queueArn, body };
        sendOrRecord(this.#sqs, delivery, this.failures, this.#onFailure);
      }
    }
  }
}

function refused(rule: EventRule, targetId: string, reason: string): ApiError {
  return new ApiError('ValidationException', 400, `Target ${targetId} of rule ${rule.name}: ${reason}.`);
}
