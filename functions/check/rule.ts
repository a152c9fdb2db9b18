/** Looks whether the rule that takes an existing bucket's events is as it was deployed. */
import { isDeepStrictEqual } from 'node:util';
import { readRuleStatement } from '../aws/door-policies.ts';
import { type Door, lookAt, mend, ownArn } from './door-context.ts';
import { type Finding, ok } from './line.ts';

interface Rule {
  State?: string;
  EventPattern?: string;
}

/** What makes a target get something else than the event: API_Target. */
const INPUTS = ['Input', 'InputPath', 'InputTransformer'] as const;

interface Targets {
  Targets?: ({ Arn?: string; DeadLetterConfig?: { Arn?: string } } & Partial<
    Record<(typeof INPUTS)[number], unknown>
  >)[];
}

export function ruleArn(door: Door): string {
  return ownArn(door, 'events', `rule/${door.config.ruleName}`);
}

export function rulePassesOn(door: Door, pattern: string): Promise<Finding> {
  const { ruleName } = door.config;
  const statement = readRuleStatement(ruleArn(door));
  const anew = (found: string, change: string) => mend(door, found, change, JSON.parse(pattern));
  return lookAt(
    door,
    ask(door, 'DescribeRule', { Name: ruleName }) as Promise<Rule>,
    statement,
    ({ State, EventPattern }) => {
      if (State !== 'ENABLED') {
        return mend(door, `the rule is ${State}`, `Enable it: aws events enable-rule --name ${ruleName}`);
      }
      if (!isDeepStrictEqual(JSON.parse(EventPattern ?? 'null'), JSON.parse(pattern))) {
        const change = `The rule ${ruleName} takes other events than was deployed: give it this pattern (aws events put-rule --event-pattern).`;
        return anew('the pattern is another one', change);
      }
      const targets = ask(door, 'ListTargetsByRule', { Rule: ruleName }) as Promise<Targets>;
      return lookAt(door, targets, statement, (answer) => leadsToQueue(door, answer));
    },
    () => {
      const change = `Make the rule ${ruleName} again with this pattern (aws events put-rule), and give it the queue ${door.config.door.queueArn} as its target (aws events put-targets), since a deployment of the same template does not.`;
      return anew('there is no such rule', change);
    },
  );
}

function leadsToQueue(door: Door, { Targets = [] }: Targets): Finding {
  const { queueArn, deadLetterQueueArn: deadLetters } = door.config.door;
  const target = Targets.find(({ Arn }) => Arn === queueArn);
  const Target = { Id: 'Target0', Arn: queueArn, DeadLetterConfig: { Arn: deadLetters } };
  const change = `Give the rule ${door.config.ruleName} this target: aws events put-targets --rule ${door.config.ruleName} --targets`;
  if (!target) return mend(door, "the relay's queue is not its target", change, [Target]);
  if (target.DeadLetterConfig?.Arn !== deadLetters) {
    return mend(door, 'what the queue refuses is lost: the target has another dead-letter queue, or none', change, [
      Target,
    ]);
  }
  const input = INPUTS.find((name) => target[name] !== undefined);
  if (input !== undefined) {
    return mend(door, `the target has ${input}, so the queue does not get the events as they are`, change, [Target]);
  }
  return ok(`to ${queueArn}`);
}

function ask({ clients }: Door, operation: string, parameters: object): Promise<unknown> {
  return clients.services({
    service: 'events',
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSEvents.${operation}` },
    body: JSON.stringify(parameters),
  });
}
