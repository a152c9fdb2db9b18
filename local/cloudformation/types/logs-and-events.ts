/** AWS::Logs::LogGroup and AWS::Events::Rule. */
import { z } from 'zod';
import type { EventPattern } from '../../events/event-pattern.ts';
import type { ScheduleTarget } from '../../events/schedules.ts';
import { boolean, harmless, physicalName, type ResourceType, resourceType, tags } from '../resource-type.ts';

const LogGroup = z.strictObject({
  LogGroupName: z.string().optional(),
  RetentionInDays: harmless('nothing here lives that long'),
  LogGroupClass: harmless('it is a matter of price'),
  DeletionProtectionEnabled: boolean.optional(),
  Tags: tags,
});

const Target = z.strictObject({ Id: z.string(), Arn: z.string(), Input: z.string().optional() });
type RuleTarget = z.output<typeof Target>;

const Rule = z
  .strictObject({
    Name: z.string().optional(),
    Description: harmless('a text for people'),
    EventBusName: z.literal('default').optional(),
    EventPattern: z.record(z.string(), z.unknown()).optional(),
    ScheduleExpression: z.string().optional(),
    State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
    Targets: z.array(Target).default([]),
    Tags: tags,
  })
  .refine(
    ({ EventPattern, ScheduleExpression }) => (EventPattern === undefined) !== (ScheduleExpression === undefined),
    {
      message: 'a rule here has either EventPattern or ScheduleExpression',
    },
  );

export const logsAndEventsTypes: Record<string, ResourceType> = {
  'AWS::Logs::LogGroup': resourceType(LogGroup, ({ LogGroupName }, context) => {
    const { account, region, services } = context;
    const name = LogGroupName ?? physicalName(context, 512);
    services.logs.createGroup({ account, region, name });
    return { ref: name, attributes: { Arn: `arn:aws:logs:${region}:${account}:log-group:${name}:*` } };
  }),

  'AWS::Events::Rule': resourceType(Rule, (properties, context) => {
    const { account, region, services } = context;
    const rule = {
      account,
      region,
      name: properties.Name ?? physicalName(context),
      enabled: properties.State === 'ENABLED',
    };
    const { name } = rule;
    const { Targets, ScheduleExpression: expression, EventPattern: eventPattern } = properties;
    const { arn } =
      expression === undefined
        ? services.eventBus.putRule({
            ...rule,
            eventPattern: eventPattern as EventPattern,
            targets: Targets.map(eventTarget),
          })
        : services.schedules.put({ ...rule, expression, targets: Targets.map(scheduleTarget) });
    return { ref: name, attributes: { Arn: arn } };
  }),
};

/** @throws Error for a target that is no function */
function scheduleTarget({ Arn, Input }: RuleTarget): ScheduleTarget {
  if (/^arn:aws:lambda:[^:]+:\d{12}:function:/.test(Arn)) return { functionArn: Arn, input: Input };
  throw new Error(`Target ${Arn} of a schedule is no function`);
}

/** @throws Error for an input of its own, which only schedules have here */
function eventTarget({ Id, Arn, Input }: RuleTarget): { id: string; arn: string } {
  if (Input === undefined) return { id: Id, arn: Arn };
  throw new Error(`Target ${Arn} of a rule gets the event as it is here, without Input`);
}
