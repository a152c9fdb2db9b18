/** The default event bus of every account and region, as far as rules with SQS targets go. */
import { ApiError } from '../../../core/api.ts';
import type { EventBridgeEvent } from '../../../core/event.ts';
import type { Keeper } from '../../../core/keeper.ts';
import { arnOf, regionOfArn } from '../../../core/partition.ts';
import { type DeliveryFailure, type QueueSender, sendOrRecord } from '../../../core/queue-delivery.ts';
import type { MessageAttributes } from '../../../core/queue-message.ts';
import { compilePattern, type EventMatcher, type EventPattern } from '../event-pattern.ts';

export interface EventRule {
  account: string;
  region: string;
  name: string;
  eventPattern: EventPattern;
  enabled: boolean;
  targets: EventTarget[];
}

export interface EventTarget {
  id: string;
  /** Of a queue. */
  arn: string;
  /** The queue that takes what the target refuses. */
  deadLetterArn?: string | undefined;
  inputTransformer?: unknown;
}

/** What CloudWatch is told of each delivery to a target. */
export interface RuleDelivery {
  account: string;
  region: string;
  ruleName: string;
  failed: boolean;
  /** What became of a failed one that has a dead-letter queue. */
  deadLetter?: 'sent' | 'refused';
}

export interface EventBusOptions {
  sqs: QueueSender;
  onFailure?: (failure: DeliveryFailure) => void;
  onDelivery?: (delivery: RuleDelivery) => void;
}

const SERVICE = 'events.amazonaws.com';

export class EventBus implements Keeper {
  /** Every delivery that a queue refused, in order; a dead-letter queue as well. */
  readonly failures: DeliveryFailure[] = [];
  readonly #sqs: QueueSender;
  readonly #onFailure: (failure: DeliveryFailure) => void;
  readonly #onDelivery: (delivery: RuleDelivery) => void;
  readonly #rules = new Map<string, { rule: EventRule; matches: EventMatcher }>();

  constructor({ sqs, onFailure = () => {}, onDelivery = () => {} }: EventBusOptions) {
    this.#sqs = sqs;
    this.#onFailure = onFailure;
    this.#onDelivery = onDelivery;
  }

  snapshot(): [string, EventRule][] {
    return [...this.#rules].map(([arn, { rule }]) => [arn, rule]);
  }

  restore(kept: readonly [string, EventRule][]): void {
    for (const [arn, rule] of kept) this.#rules.set(arn, { rule, matches: compilePattern(rule.eventPattern) });
  }

  /**
   * Makes or replaces a rule. Its queues need not exist yet: whether they take an event shows when one is delivered.
   * @throws ApiError InvalidEventPatternException; ValidationException for a target that is no queue or transforms its input
   */
  putRule(rule: EventRule): { arn: string } {
    for (const { id, arn, deadLetterArn = arn, inputTransformer } of rule.targets) {
      for (const queueArn of [arn, deadLetterArn]) {
        if (regionOfArn(queueArn, 'sqs') === undefined) throw refused(rule, id, `${queueArn} is not an SQS queue`);
      }
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

  /** Changes to it hold at once. */
  find(arn: string): EventRule | undefined {
    return this.#rules.get(arn)?.rule;
  }

  /** Delivers to the queues of every enabled rule of the event's account and region that matches. */
  publish(event: EventBridgeEvent): void {
    const body = JSON.stringify(event);
    for (const [sourceArn, { rule, matches }] of this.#rules) {
      const { account, region, enabled, targets } = rule;
      if (!enabled || account !== event.account || region !== event.region || !matches(event)) continue;
      for (const target of targets) this.#deliver(sourceArn, rule, target, body);
    }
  }

  /** A queue refuses for good here, for want of permission or for what the event holds: EventBridge doesn't try that again. */
  #deliver(sourceArn: string, { account, region, name: ruleName }: EventRule, target: EventTarget, body: string): void {
    const send = (queueArn: string, attributes?: MessageAttributes) => {
      const delivery = {
        service: SERVICE,
        sourceArn,
        sourceAccount: account,
        queueArn,
        body,
        ...(attributes && { attributes }),
      };
      return sendOrRecord(this.#sqs, delivery, this.failures, this.#onFailure);
    };
    const failure = send(target.arn);
    const deadLetterArn = failure && target.deadLetterArn;
    const isRefused = deadLetterArn && send(deadLetterArn, deadLetterAttributes(sourceArn, failure)) !== undefined;
    this.#onDelivery({
      account,
      region,
      ruleName,
      failed: failure !== undefined,
      ...(deadLetterArn !== undefined && { deadLetter: isRefused ? 'refused' : 'sent' }),
    });
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html, of a delivery that is not tried again */
function deadLetterAttributes(ruleArn: string, { queueArn, error }: DeliveryFailure): MessageAttributes {
  const code = error instanceof ApiError ? error.code : '';
  const text = (stringValue: string) => ({ dataType: 'String', stringValue });
  return {
    RULE_ARN: text(ruleArn),
    TARGET_ARN: text(queueArn),
    ERROR_CODE: text(ERROR_CODES[code] ?? 'SDK_CLIENT_ERROR'),
    ERROR_MESSAGE: text(error.message),
  };
}

const ERROR_CODES: Record<string, string> = {
  AccessDenied: 'NO_PERMISSIONS',
  QueueDoesNotExist: 'NO_RESOURCE',
  InvalidMessageContents: 'INVALID_PARAMETER',
  InvalidParameterValue: 'INVALID_PARAMETER',
};

function refused(rule: EventRule, targetId: string, reason: string): ApiError {
  return new ApiError('ValidationException', 400, `Target ${targetId} of rule ${rule.name}: ${reason}.`);
}
