/** AWS::Lambda::*: functions with their versions, aliases, permissions and queues. */
import { z } from 'zod';
import { bindPrincipals } from '../../iam/principal.ts';
import { parseFunctionName } from '../../lambda/function-name.ts';
import { addPermission, type Target } from '../../lambda/functions.ts';
import {
  boolean,
  type DeployContext,
  harmless,
  integer,
  type ResourceType,
  resourceType,
  tags,
} from '../resource-type.ts';
import { lambdaFunction } from './lambda-function.ts';

const Version = z.strictObject({
  FunctionName: z.string(),
  Description: harmless('a text for people'),
  CodeSha256: harmless('it guards against a change between two deployments'),
});

const Alias = z.strictObject({
  FunctionName: z.string(),
  FunctionVersion: z.string(),
  Name: z.string(),
  Description: harmless('a text for people'),
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
      OnFailure: z.strictObject({ Destination: z.string().startsWith('arn:aws:sqs:') }).optional(),
    })
    .optional(),
});

const EventSourceMapping = z.strictObject({
  FunctionName: z.string(),
  EventSourceArn: z.string().startsWith('arn:aws:sqs:'),
  BatchSize: integer(1, 10_000).default(10),
  MaximumBatchingWindowInSeconds: integer(0, 300).default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).max(1).default([]),
  ScalingConfig: z.strictObject({ MaximumConcurrency: integer(2, 1000).optional() }).optional(),
  Enabled: boolean.default(true),
  Tags: tags,
});

export const lambdaTypes: Record<string, ResourceType> = {
  'AWS::Lambda::Function': lambdaFunction,

  'AWS::Lambda::Version': resourceType(Version, ({ FunctionName }, context) => {
    const { function: fn } = targetOf(FunctionName, context);
    fn.publishedVersions += 1;
    const version = String(fn.publishedVersions);
    return { ref: `${fn.arn}:${version}`, attributes: { Version: version, FunctionArn: `${fn.arn}:${version}` } };
  }),

  'AWS::Lambda::Alias': resourceType(Alias, ({ FunctionName, FunctionVersion, Name }, context) => {
    const { function: fn } = targetOf(FunctionName, context);
    const { version } = targetOf(FunctionName, context, FunctionVersion);
    fn.aliases.set(Name, version);
    return { ref: `${fn.arn}:${Name}`, attributes: { AliasArn: `${fn.arn}:${Name}` } };
  }),

  'AWS::Lambda::Permission': resourceType(Permission, (properties, context) => {
    const { Action, Principal, SourceArn, SourceAccount } = properties;
    addPermission(targetOf(properties.FunctionName, context), {
      statementId: `${context.stackName}-${context.logicalId}`,
      action: Action,
      principal: principalOf(Principal, context),
      sourceArn: SourceArn,
      sourceAccount: SourceAccount,
    });
    return { ref: `${context.stackName}-${context.logicalId}`, attributes: {} };
  }),

  'AWS::Lambda::EventInvokeConfig': resourceType(EventInvokeConfig, (properties, context) => {
    const target = targetOf(properties.FunctionName, context, properties.Qualifier);
    context.services.lambda.configureAsyncInvocation(target, {
      maximumRetryAttempts: properties.MaximumRetryAttempts,
      maximumEventAgeSeconds: properties.MaximumEventAgeInSeconds,
      onFailureQueueArn: properties.DestinationConfig?.OnFailure?.Destination,
    });
    return { ref: `${context.stackName}-${context.logicalId}`, attributes: {} };
  }),

  'AWS::Lambda::EventSourceMapping': resourceType(EventSourceMapping, (properties, context) => {
    const { uuid } = context.services.lambda.createEventSourceMapping({
      target: targetOf(properties.FunctionName, context),
      queueArn: properties.EventSourceArn,
      enabled: properties.Enabled,
      batchSize: properties.BatchSize,
      batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
      reportBatchItemFailures: properties.FunctionResponseTypes.length > 0,
      maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency,
    });
    return { ref: uuid, attributes: { Id: uuid } };
  }),
};

function targetOf(name: string, context: DeployContext, qualifier?: string): Target {
  return context.services.lambda.functions.target(parseFunctionName(name, context, qualifier));
}

/** `s3.amazonaws.com` is a service, 12 digits an account, anything else an ARN, which must exist. */
function principalOf(principal: string, { services }: DeployContext) {
  if (principal === '*') return '*' as const;
  if (principal.endsWith('.amazonaws.com')) return { Service: principal };
  const statement = { Effect: 'Allow' as const, Principal: { AWS: principal }, Action: 'lambda:*', Resource: '*' };
  const bound = bindPrincipals({ Statement: [statement] }, services.directory);
  return [bound.Statement].flat()[0]!.Principal!;
}
