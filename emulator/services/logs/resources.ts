/** AWS::Logs::LogGroup and AWS::Events::Rule. */
import { z } from 'zod';
import { arnOf } from '../../core/partition.ts';
import {
  alreadyExists,
  boolean,
  type DeployContext,
  harmless,
  physicalName,
  type ResourceTypes,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import {
  logGroupName,
  MAX_EVENT_PATTERN_CHARACTERS,
  MAX_RULE_TARGETS,
  ruleDescription,
  ruleName,
  scheduleExpression,
  targetId,
  targetInput,
} from '../../templates/texts.ts';
import type { EventPattern } from '../eventbridge/event-pattern.ts';
import type { EventBus } from '../eventbridge/state/event-bus.ts';
import type { Schedules, ScheduleTarget } from '../eventbridge/state/scheduled-rules.ts';
import type { LogStore } from './store.ts';

/** What these resources are made in. */
export interface Services {
  logs: LogStore;
  eventBus: EventBus;
  schedules: Schedules;
}
type Context = DeployContext<Services>;

const LogGroup = z.strictObject({
  LogGroupName: logGroupName.optional(),
  RetentionInDays: harmless('nothing here lives that long'),
  LogGroupClass: harmless('it is a matter of price'),
  DeletionProtectionEnabled: boolean.optional(),
  Tags: tags,
});

const Target = z.strictObject({ Id: targetId, Arn: z.string(), Input: targetInput.optional() });
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

export const logsAndEventsTypes: ResourceTypes<Services> = {
  'AWS::Logs::LogGroup': resourceType(LogGroup, {
    named: 'LogGroupName',
    replacedBy: ['LogGroupName'],
    create: ({ LogGroupName }, context) => {
      const { account, region, services } = context;
      const name = LogGroupName ?? physicalName(context, 512);
      // Lambda makes it, too, when a function runs first whose role lets it.
      if (services.logs.hasGroup({ account, region, name })) {
        throw alreadyExists('AWS::Logs::LogGroup', 'LogGroupName', name);
      }
      services.logs.createGroup({ account, region, name });
      return { ref: name, attributes: { Arn: arnOf('logs', { account, region }, `log-group:${name}:*`) } };
    },
    update: { properties: ['DeletionProtectionEnabled'], run: () => undefined },
    remove: ({ ref: name, properties }, { account, region, services }) => {
      if (properties.DeletionProtectionEnabled) throw new Error(`Log group ${name} is protected against deletion`);
      if (services.logs.hasGroup({ account, region, name })) services.logs.deleteGroup({ account, region, name });
    },
  }),

  'AWS::Events::Rule': resourceType(Rule, {
    named: 'Name',
    replacedBy: ['Name', 'EventBusName'],
    create: (properties, context) => {
      const { services } = context;
      const name = properties.Name ?? physicalName(context);
      const arn = arnOf('events', context, `rule/${name}`);
      if ([...services.eventBus.ruleArns(), ...services.schedules.arns()].includes(arn)) {
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
    services.schedules.put({ ...rule, expression, targets: Targets.map(scheduleTarget) });
  } else {
    const eventPattern = EventPattern as EventPattern;
    services.eventBus.putRule({ ...rule, eventPattern, targets: Targets.map(eventTarget) });
  }
}

function removeRule(arn: string, { services }: Context): void {
  services.schedules.remove(arn);
  services.eventBus.removeRule(arn);
}

/** @throws Error for a target that is no function */
function scheduleTarget({ Arn, Input }: RuleTarget): ScheduleTarget {
  if (/^arn:[^:]+:lambda:[^:]+:\d{12}:function:/.test(Arn)) return { functionArn: Arn, input: Input };
  throw new Error(`Target ${Arn} of a schedule is no function`);
}

/** @throws Error for an input of its own, which only schedules have here */
function eventTarget({ Id, Arn, Input }: RuleTarget): { id: string; arn: string } {
  if (Input === undefined) return { id: Id, arn: Arn };
  throw new Error(`Target ${Arn} of a rule gets the event as it is here, without Input`);
}
