/** AWS::Logs::LogGroup and AWS::Events::Rule. */
import { z } from 'zod';
import type { EventPattern } from '../events/event-pattern.ts';
import { boolean, harmless, physicalName, type ResourceType, resourceType, tags } from './resource-type.ts';

const LogGroup = z.strictObject({
  LogGroupName: z.string().optional(),
  RetentionInDays: harmless('nothing here lives that long'),
  LogGroupClass: harmless('it is a matter of price'),
  DeletionProtectionEnabled: boolean.optional(),
  Tags: tags,
});

const Rule = z.strictObject({
  Name: z.string().optional(),
  Description: harmless('a text for people'),
  EventBusName: z.literal('default').optional(),
  EventPattern: z.record(z.string(), z.unknown()),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z.array(z.strictObject({ Id: z.string(), Arn: z.string() })).default([]),
  Tags: tags,
});

export const logsAndEventsTypes: Record<string, ResourceType> = {
  'AWS::Logs::LogGroup': resourceType(LogGroup, ({ LogGroupName }, context) => {
    const { account, region, services } = context;
    const name = LogGroupName ?? physicalName(context, 512);
    services.logs.createGroup({ account, region, name });
    return { ref: name, attributes: { Arn: `arn:aws:logs:${region}:${account}:log-group:${name}:*` } };
  }),

  'AWS::Events::Rule': resourceType(Rule, (properties, context) => {
    const { account, region, services } = context;
    const name = properties.Name ?? physicalName(context);
    const { arn } = services.eventBus.putRule({
      account,
      region,
      name,
      eventPattern: properties.EventPattern as EventPattern,
      enabled: properties.State === 'ENABLED',
      targets: properties.Targets.map(({ Id, Arn }) => ({ id: Id, arn: Arn })),
    });
    return { ref: name, attributes: { Arn: arn } };
  }),
};
