/** AWS::Lambda::*: functions with their versions, aliases, permissions and queues. */
import { z } from 'zod';
import type { PrincipalIds } from '../../authorization/principal.ts';
import { bindPrincipals } from '../../authorization/principal.ts';
import { ApiError } from '../../core/api.ts';
import { partitionOf } from '../../core/partition.ts';
import {
  alreadyExists,
  boolean,
  type DeployContext,
  harmless,
  integer,
  physicalName,
  type ResourceTypes,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import { aliasName, lambdaDescription } from '../../templates/texts.ts';
import type { MappingSettings } from './event-source-mapping.ts';
import { parseFunctionName } from './function-name.ts';
import { type Services as FunctionServices, lambdaFunction } from './function-resource.ts';
import { addPermission, removePermission, type Target } from './store.ts';

/** What these resources are made in. */
export interface Services extends FunctionServices {
  directory: PrincipalIds;
}
type Context = DeployContext<Services>;

const queueArn = z.string().regex(/^arn:[^:]+:sqs:/, 'must be the ARN of a queue');

const Version = z.strictObject({
  FunctionName: z.string(),
  Description: harmless('a text for people', lambdaDescription),
  CodeSha256: harmless('it guards against a change between two deployments'),
});

const Alias = z.strictObject({
  FunctionName: z.string(),
  FunctionVersion: z.string(),
  Name: aliasName,
  Description: harmless('a text for people', lambdaDescription),
});

const Permission = z.strictObject({
  FunctionName: z.string(),
  Action: z.string().startsWith('lambda:'),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

const EventInvokeConfig = z.strictObject({
  FunctionName: z.string(),
  Qualifier: z.string(),
  MaximumRetryAttempts: integer(0, 2).optional(),
  MaximumEventAgeInSeconds: integer(60, 21_600).optional(),
  DestinationConfig: z
    .strictObject({
      OnFailure: z.strictObject({ Destination: queueArn }).optional(),
    })
    .optional(),
});

const EventSourceMapping = z.strictObject({
  FunctionName: z.string(),
  EventSourceArn: queueArn,
  BatchSize: integer(1, 10_000).default(10),
  MaximumBatchingWindowInSeconds: integer(0, 300).default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).max(1).default([]),
  ScalingConfig: z.strictObject({ MaximumConcurrency: integer(2, 1000).optional() }).optional(),
  Enabled: boolean.default(true),
  Tags: tags,
});

export const lambdaTypes: ResourceTypes<Services> = {
  'AWS::Lambda::Function': lambdaFunction,

  'AWS::Lambda::Version': resourceType(Version, {
    replacedBy: ['FunctionName', 'Description', 'CodeSha256'],
    create: ({ FunctionName }, context) => {
      const { arn } = targetOf(FunctionName, context);
      const version = context.services.lambda.functions.publish(arn);
      return { ref: `${arn}:${version}`, attributes: { Version: version, FunctionArn: `${arn}:${version}` } };
    },
    remove: ({ attributes, properties: { FunctionName } }, context) => {
      const target = findTarget(FunctionName, context);
      if (target) context.services.lambda.functions.removeVersion(target.arn, attributes['Version']!);
    },
  }),

  'AWS::Lambda::Alias': resourceType(Alias, {
    replacedBy: ['FunctionName', 'Name'],
    create: ({ FunctionName, FunctionVersion, Name }, context) => {
      const { arn, function: fn } = targetOf(FunctionName, context);
      if (fn.aliases.has(Name)) {
        throw new ApiError('ResourceConflictException', 409, `Alias already exists: ${arn}:${Name}`);
      }
      fn.aliases.set(Name, targetOf(FunctionName, context, FunctionVersion).version);
      return { ref: `${arn}:${Name}`, attributes: { AliasArn: `${arn}:${Name}` } };
    },
    update: {
      properties: ['FunctionVersion'],
      run: (_, { FunctionName, FunctionVersion, Name }, context) => {
        const { function: fn, version } = targetOf(FunctionName, context, FunctionVersion);
        fn.aliases.set(Name, version);
      },
    },
    remove: ({ properties: { FunctionName, Name } }, context) => {
      const fn = findTarget(FunctionName, context)?.function;
      fn?.aliases.delete(Name);
      fn?.permissions.delete(Name);
      fn?.asyncInvocation.delete(Name);
    },
  }),

  'AWS::Lambda::Permission': resourceType(Permission, {
    replacedBy: ['FunctionName', 'Action', 'Principal', 'SourceArn', 'SourceAccount'],
    create: (properties, context) => {
      const { Action, Principal, SourceArn, SourceAccount } = properties;
      const statementId = physicalName(context, 100);
      addPermission(targetOf(properties.FunctionName, context), {
        statementId,
        action: Action,
        principal: principalOf(Principal, context),
        sourceArn: SourceArn,
        sourceAccount: SourceAccount,
      });
      return { ref: statementId, attributes: {} };
    },
    remove: ({ ref, properties: { FunctionName } }, context) => {
      const target = findTarget(FunctionName, context);
      if (target) removePermission(target, ref);
    },
  }),

  'AWS::Lambda::EventInvokeConfig': resourceType(EventInvokeConfig, {
    replacedBy: ['FunctionName', 'Qualifier'],
    create: (properties, context) => {
      const target = qualifiedTarget(properties, context);
      if (target.function.asyncInvocation.has(properties.Qualifier)) {
        const name = `${target.function.name}|${properties.Qualifier}`;
        throw alreadyExists('AWS::Lambda::EventInvokeConfig', 'FunctionName|Qualifier', name);
      }
      configureAsyncInvocation(target, properties, context);
      return { ref: physicalName(context), attributes: {} };
    },
    update: {
      properties: ['MaximumRetryAttempts', 'MaximumEventAgeInSeconds', 'DestinationConfig'],
      run: (_, properties, context) => {
        configureAsyncInvocation(qualifiedTarget(properties, context), properties, context);
      },
    },
    remove: ({ properties: { FunctionName, Qualifier } }, context) => {
      findTarget(FunctionName, context)?.function.asyncInvocation.delete(Qualifier);
    },
  }),

  'AWS::Lambda::EventSourceMapping': resourceType(EventSourceMapping, {
    replacedBy: ['EventSourceArn'],
    create: (properties, context) => {
      const { lambda } = context.services;
      const settings = mappingOf(properties, context);
      const { arn, name } = settings.target.function;
      const present = lambda.mappings().find((it) => it.queueArn === settings.queueArn && it.functionArn === arn);
      if (present) {
        const problem = `An event source mapping with SQS arn (" ${settings.queueArn} ") and function (" ${name} ") already exists. Please update or delete the existing mapping with UUID ${present.uuid}`;
        throw new ApiError('ResourceConflictException', 409, problem);
      }
      const { uuid } = lambda.createEventSourceMapping(settings);
      return { ref: uuid, attributes: { Id: uuid } };
    },
    update: {
      properties: [
        'FunctionName',
        'BatchSize',
        'MaximumBatchingWindowInSeconds',
        'FunctionResponseTypes',
        'ScalingConfig',
        'Enabled',
      ],
      run: ({ ref }, properties, context) => {
        const mapping = context.services.lambda.mappings().find(({ uuid }) => uuid === ref);
        if (!mapping)
          throw new ApiError('ResourceNotFoundException', 404, `The resource you requested does not exist.`);
        mapping.update(mappingOf(properties, context));
      },
    },
    remove: ({ ref }, { services: { lambda } }) => {
      const mapping = lambda.mappings().find(({ uuid }) => uuid === ref);
      if (mapping) lambda.deleteEventSourceMapping(mapping);
    },
  }),
};

function mappingOf(properties: z.output<typeof EventSourceMapping>, context: Context): MappingSettings {
  return {
    target: targetOf(properties.FunctionName, context),
    queueArn: properties.EventSourceArn,
    enabled: properties.Enabled,
    batchSize: properties.BatchSize,
    batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
    reportBatchItemFailures: properties.FunctionResponseTypes.length > 0,
    maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency,
  };
}

function configureAsyncInvocation(
  target: Target,
  properties: z.output<typeof EventInvokeConfig>,
  { services }: Context,
): void {
  services.lambda.configureAsyncInvocation(target, {
    maximumRetryAttempts: properties.MaximumRetryAttempts,
    maximumEventAgeSeconds: properties.MaximumEventAgeInSeconds,
    onFailureQueueArn: properties.DestinationConfig?.OnFailure?.Destination,
  });
}

/** @throws ApiError `ResourceNotFoundException` for a version or alias that isn't there, as well as for the function */
function qualifiedTarget(
  { FunctionName, Qualifier }: { FunctionName: string; Qualifier: string },
  context: Context,
): Target {
  const { name } = targetOf(FunctionName, context).function;
  const target = findTarget(FunctionName, context, Qualifier);
  if (target) return target;
  const problem = `Lambda function qualifier not found: ${name}:${Qualifier}`;
  throw new ApiError('ResourceNotFoundException', 404, problem);
}

function findTarget(name: string, context: Context, qualifier?: string): Target | undefined {
  return context.services.lambda.functions.find(parseFunctionName(name, context, qualifier));
}

function targetOf(name: string, context: Context, qualifier?: string): Target {
  return context.services.lambda.functions.target(parseFunctionName(name, context, qualifier));
}

/** `s3.amazonaws.com` is a service, 12 digits an account, anything else an ARN, which must exist. */
function principalOf(principal: string, { services, region }: Context) {
  if (principal === '*') return '*' as const;
  if (principal.endsWith('.amazonaws.com')) return { Service: principal };
  const statement = { Effect: 'Allow' as const, Principal: { AWS: principal }, Action: 'lambda:*', Resource: '*' };
  const bound = bindPrincipals({ Statement: [statement] }, services.directory, partitionOf(region));
  return [bound.Statement].flat()[0]!.Principal!;
}
