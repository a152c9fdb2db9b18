/** AWS::Scheduler::*: groups and schedules. */
import { z } from 'zod';
import { harmless, integer, type ResourceType, resourceType, tags } from '../resource-type.ts';

const ScheduleGroup = z.strictObject({ Name: z.string(), Tags: tags });

const Target = z.strictObject({
  Arn: z.string().regex(/^arn:aws:lambda:[^:]+:\d{12}:function:/, 'a schedule here invokes a function'),
  RoleArn: z.string(),
  Input: z.string().default('{}'),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
});

const FlexibleTimeWindow = z.discriminatedUnion('Mode', [
  z.strictObject({ Mode: z.literal('OFF') }),
  z.strictObject({ Mode: z.literal('FLEXIBLE'), MaximumWindowInMinutes: integer(1, 1440) }),
]);

const Schedule = z.strictObject({
  Name: z.string(),
  GroupName: z.string().default('default'),
  Description: harmless('a text for people'),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  FlexibleTimeWindow,
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target,
});

export const schedulerTypes: Record<string, ResourceType> = {
  'AWS::Scheduler::ScheduleGroup': resourceType(ScheduleGroup, ({ Name: name }, { account, region, services }) => {
    const { arn } = services.scheduler.putGroup({ account, region, name });
    return { ref: name, attributes: { Arn: arn } };
  }),

  'AWS::Scheduler::Schedule': resourceType(Schedule, (properties, { account, region, services }) => {
    const { Name: name, GroupName: group, Target: target } = properties;
    const { arn } = services.scheduler.put({
      account,
      region,
      group,
      name,
      expression: properties.ScheduleExpression,
      timeZone: properties.ScheduleExpressionTimezone,
      enabled: properties.State === 'ENABLED',
      target: {
        functionArn: target.Arn,
        roleArn: target.RoleArn,
        input: target.Input,
        deadLetterQueueArn: target.DeadLetterConfig?.Arn,
      },
    });
    return { ref: name, attributes: { Arn: arn } };
  }),
};
