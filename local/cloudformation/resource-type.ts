/** How a type of resource is described: the properties it knows, and how to make one. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Authorizer } from '../api.ts';
import type { CloudWatch } from '../cloudwatch/cloudwatch.ts';
import type { Topics } from '../cloudwatch/topics.ts';
import type { DynamoDbService } from '../dynamodb/service.ts';
import type { BucketNotifications } from '../events/bucket-notifications.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { Schedules } from '../events/schedules.ts';
import type { Directory } from '../iam/directory.ts';
import type { NamedPolicy } from '../iam/entities.ts';
import type { LambdaService } from '../lambda/service.ts';
import type { LogStore } from '../logs/store.ts';
import type { S3Service } from '../s3/service.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { SqsService } from '../sqs/service.ts';
import type { ResourceAnswers } from './intrinsics.ts';
import type { KeyRegistry } from './types/kms.ts';

/** Everything that templates can put something into. */
export interface CloudServices {
  directory: Directory;
  authorizer: Authorizer;
  s3: S3Service;
  sqs: SqsService;
  lambda: LambdaService;
  dynamodb: DynamoDbService;
  logs: LogStore;
  notifications: BucketNotifications;
  eventBus: EventBus;
  schedules: Schedules;
  scheduler: Scheduler;
  cloudWatch: CloudWatch;
  topics: Topics;
  keys: KeyRegistry;
  /** Customer-managed policies by ARN. */
  managedPolicies: Map<string, NamedPolicy>;
}

export interface DeployContext {
  services: CloudServices;
  account: string;
  region: string;
  stackName: string;
  logicalId: string;
  /** Code folders by asset hash. */
  assets: ReadonlyMap<string, string>;
}

export interface ResourceType {
  /** The schema is strict at every level: what it doesn't name is refused. */
  schema: z.ZodType;
  create: (properties: never, context: DeployContext) => ResourceAnswers | Promise<ResourceAnswers>;
}

export function resourceType<S extends z.ZodType>(
  schema: S,
  create: (properties: z.output<S>, context: DeployContext) => ResourceAnswers | Promise<ResourceAnswers>,
): ResourceType {
  return { schema, create };
}

/** A name as CloudFormation makes one for a resource that has none: the same for the same stack at each start. */
export function physicalName(context: DeployContext, maxLength = 64): string {
  const { account, region, stackName, logicalId } = context;
  const suffix = createHash('sha256')
    .update(`${account} ${region} ${stackName} ${logicalId}`)
    .digest('hex')
    .slice(0, 12);
  return `${`${stackName}-${logicalId}`.slice(0, maxLength - 13)}-${suffix.toUpperCase()}`;
}

/** A property that is taken and not acted upon; the reason says why nobody can notice here. */
export function harmless(_reason: string) {
  return z.unknown().optional();
}

/** Tags of resources. A policy condition that asks for one finds none, which denies. */
export const tags = harmless('no policy here can be met through a resource tag');

/** CloudFormation takes numbers and booleans as text too. */
export const integer = (minimum: number, maximum: number) =>
  z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.number().int().min(minimum).max(maximum));

export const boolean = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]);

/** A policy is checked by the policy parser, in AWS's words, not by the schema. */
export const policyDocument = z.record(z.string(), z.unknown());
