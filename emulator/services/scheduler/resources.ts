/** AWS::Scheduler::*: groups and schedules. */
import { z } from 'zod';
import { ApiError } from '../../core/api.ts';
import { arnOf } from '../../core/partition.ts';
import {
  type DeployContext,
  harmless,
  integer,
  type ResourceTypes,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import {
  scheduleDescription,
  scheduleExpression,
  scheduleGroupName,
  scheduleInput,
  scheduleName,
} from '../../templates/texts.ts';
import type { Schedule as LocalSchedule, Scheduler } from './store.ts';

/** What these resources are made in. */
export interface Services {
  scheduler: Scheduler;
}
type Context = DeployContext<Services>;

const ScheduleGroup = z.strictObject({ Name: scheduleGroupName, Tags: tags });

const Target = z.strictObject({
  Arn: z.string().regex(/^arn:[^:]+:lambda:[^:]+:\d{12}:function:/, 'a schedule here invokes a function'),
  RoleArn: z.string(),
  Input: scheduleInput.default('{}'),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
});

const FlexibleTimeWindow = z.discriminatedUnion('Mode', [
  z.strictObject({ Mode: z.literal('OFF') }),
  z.strictObject({ Mode: z.literal('FLEXIBLE'), MaximumWindowInMinutes: integer(1, 1440) }),
]);

const Schedule = z.strictObject({
  Name: scheduleName,
  GroupName: scheduleGroupName.default('default'),
  Description: harmless('a text for people', scheduleDescription),
  ScheduleExpression: scheduleExpression,
  ScheduleExpressionTimezone: z.string().default('UTC'),
  FlexibleTimeWindow,
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target,
});

export const schedulerTypes: ResourceTypes<Services> = {
  'AWS::Scheduler::ScheduleGroup': resourceType(ScheduleGroup, {
    named: 'Name',
    replacedBy: ['Name'],
    create: ({ Name: name }, { account, region, services: { scheduler } }) => {
      const arn = arnOf('scheduler', { account, region }, `schedule-group/${name}`);
      if (scheduler.groupArns().includes(arn)) throw conflict(`Schedule group ${name} already exists.`);
      return { ref: name, attributes: { Arn: scheduler.putGroup({ account, region, name }).arn } };
    },
    remove: ({ attributes }, { services }) => services.scheduler.removeGroup(attributes['Arn']!),
  }),

  'AWS::Scheduler::Schedule': resourceType(Schedule, {
    named: 'Name',
    replacedBy: ['Name', 'GroupName'],
    create: (properties, context) => {
      const { services } = context;
      const { Name: name, GroupName: group } = properties;
      const arn = arnOf('scheduler', context, `schedule/${group}/${name}`);
      if (services.scheduler.arns().includes(arn)) throw conflict(`Schedule ${name} already exists.`);
      return { ref: name, attributes: { Arn: services.scheduler.put(scheduleOf(properties, context)).arn } };
    },
    update: {
      properties: ['ScheduleExpression', 'ScheduleExpressionTimezone', 'FlexibleTimeWindow', 'State', 'Target'],
      run: (_, properties, context) => {
        context.services.scheduler.put(scheduleOf(properties, context));
      },
    },
    remove: ({ attributes }, { services }) => services.scheduler.remove(attributes['Arn']!),
  }),
};

function scheduleOf(properties: z.output<typeof Schedule>, { account, region }: Context): LocalSchedule {
  const { Target: target } = properties;
  return {
    account,
    region,
    group: properties.GroupName,
    name: properties.Name,
    expression: properties.ScheduleExpression,
    timeZone: properties.ScheduleExpressionTimezone,
    enabled: properties.State === 'ENABLED',
    target: {
      functionArn: target.Arn,
      roleArn: target.RoleArn,
      input: target.Input,
      deadLetterQueueArn: target.DeadLetterConfig?.Arn,
    },
  };
}

function conflict(message: string): ApiError {
  return new ApiError('ConflictException', 409, message);
}
