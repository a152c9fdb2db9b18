/** AWS::Logs::LogGroup. */
import { z } from 'zod';
import { arnOf } from '../../core/partition.ts';
import {
  alreadyExists,
  boolean,
  harmless,
  physicalName,
  type ResourceTypes,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import { logGroupName } from '../../templates/texts.ts';
import type { LogStore } from './store.ts';

/** What these resources are made in. */
export interface Services {
  logs: LogStore;
}

const LogGroup = z.strictObject({
  LogGroupName: logGroupName.optional(),
  RetentionInDays: harmless('nothing here lives that long'),
  LogGroupClass: harmless('it is a matter of price'),
  DeletionProtectionEnabled: boolean.optional(),
  Tags: tags,
});

export const logsTypes: ResourceTypes<Services> = {
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
};
