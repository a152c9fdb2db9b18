/** AWS::Events::Rule: by pattern or on a schedule. */
import { z } from 'zod';
import { arnOf } from '../../core/partition.ts';
import {
  alreadyExists,
  type DeployContext,
  harmless,
  integer,
  physicalName,
  type ResourceTypes,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import {
  MAX_EVENT_PATTERN_CHARACTERS,
  MAX_RULE_TARGETS,
  ruleDescription,
  ruleName,
  scheduleExpression,
  targetId,
  targetInput,
} from '../../templates/texts.ts';
import type { EventPattern } from './event-pattern.ts';
import type { EventBus, EventTarget } from './state/event-bus.ts';
import type { ScheduledRules, ScheduleTarget } from './state/scheduled-rules.ts';

/** What these resources are made in. */
export interface Services {
  eventBus: EventBus;
  scheduledRules: ScheduledRules;
}
type Context = DeployContext<Services>;

const Target = z.strictObject({
  Id: targetId,
  Arn: z.string(),
  Input: targetInput.optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
  RetryPolicy: harmless(
    'what a target refuses, it refuses for good here',
    z.strictObject({
      MaximumRetryAttempts: integer(0, 185).optional(),
      MaximumEventAgeInSeconds: integer(60, 86_400).optional(),
    }),
  ),
});
type RuleTarget = z.output<typeof Target>;

const Rule = z
  .strictObject({
    Name: ruleName.optional(),
    Description: harmless('a text for people', ruleDescription),
    EventBusName: z.literal('default').optional(),
    EventPattern: z
      .record(z.string(), z.unknown())
      .refine(
        (pattern) => JSON.stringify(pattern).length <= MAX_EVENT_PATTERN_CHARACTERS,
        `must have at most ${MAX_EVENT_PATTERN_CHARACTERS} characters`,
      )
      .optional(),
    ScheduleExpression: scheduleExpression.optional(),
    State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
    Targets: z.array(Target).max(MAX_RULE_TARGETS).default([]),
    Tags: tags,
  })
  .refine(
    ({ EventPattern, ScheduleExpression }) => (EventPattern === undefined) !== (ScheduleExpression === undefined),
    {
      message: 'a rule here has either EventPattern or ScheduleExpression',
    },
  );

export const eventBridgeTypes: ResourceTypes<Services> = {
  'AWS::Events::Rule': resourceType(Rule, {
    named: 'Name',
    replacedBy: ['Name', 'EventBusName'],
    create: (properties, context) => {
      const { services } = context;
      const name = properties.Name ?? physicalName(context);
      const arn = arnOf('events', context, `rule/${name}`);
      if ([...services.eventBus.ruleArns(), ...services.scheduledRules.arns()].includes(arn)) {
        throw alreadyExists('AWS::Events::Rule', 'Name', name);
      }
      putRule(name, properties, context);
      return { ref: name, attributes: { Arn: arn } };
    },
    update: {
      properties: ['EventPattern', 'ScheduleExpression', 'State', 'Targets'],
      run: ({ ref, attributes }, properties, context) => {
        removeRule(attributes['Arn']!, context);
        putRule(ref, properties, context);
      },
    },
    remove: ({ attributes }, context) => removeRule(attributes['Arn']!, context),
  }),
};

/** Whether its targets exist is not asked: that shows when it fires. */
function putRule(name: string, properties: z.output<typeof Rule>, { account, region, services }: Context): void {
  const { Targets, ScheduleExpression: expression, EventPattern } = properties;
  const rule = { account, region, name, enabled: properties.State === 'ENABLED' };
  if (expression !== undefined) {
    services.scheduledRules.put({ ...rule, expression, targets: Targets.map(scheduleTarget) });
  } else {
    const eventPattern = EventPattern as EventPattern;
    services.eventBus.putRule({ ...rule, eventPattern, targets: Targets.map(eventTarget) });
  }
}

function removeRule(arn: string, { services }: Context): void {
  services.scheduledRules.remove(arn);
  services.eventBus.removeRule(arn);
}

/** @throws Error for a target that is no function, or that has a dead-letter queue */
function scheduleTarget({ Id, Arn, Input, DeadLetterConfig }: RuleTarget): ScheduleTarget {
  if (DeadLetterConfig) throw new Error(`Target ${Arn} of a schedule has no DeadLetterConfig here`);
  if (/^arn:[^:]+:lambda:[^:]+:\d{12}:function:/.test(Arn)) return { id: Id, functionArn: Arn, input: Input };
  throw new Error(`Target ${Arn} of a schedule is no function`);
}

/** @throws Error for an input of its own, which only scheduledRules have here */
function eventTarget({ Id, Arn, Input, DeadLetterConfig }: RuleTarget): EventTarget {
  if (Input === undefined) return { id: Id, arn: Arn, deadLetterArn: DeadLetterConfig?.Arn };
  throw new Error(`Target ${Arn} of a rule gets the event as it is here, without Input`);
}
