/** Every type of resource that is known here. */
import { z } from 'zod';
import type { Authorizer, Clock } from './core/api.ts';
import { cloudWatchTypes } from './services/cloudwatch/resources.ts';
import type { CloudWatch } from './services/cloudwatch/store.ts';
import { dynamoDbTypes } from './services/dynamodb/resources.ts';
import type { DynamoDbService } from './services/dynamodb/service.ts';
import { ecrTypes } from './services/ecr/resources.ts';
import type { Repositories } from './services/ecr/store.ts';
import { eventBridgeTypes } from './services/eventbridge/resources.ts';
import type { EventBus } from './services/eventbridge/state/event-bus.ts';
import type { ScheduledRules } from './services/eventbridge/state/scheduled-rules.ts';
import { iamGroupTypes } from './services/iam/group-resources.ts';
import { iamTypes } from './services/iam/resources.ts';
import type { Directory } from './services/iam/state/directory.ts';
import { kmsTypes } from './services/kms/resources.ts';
import type { KeyRegistry } from './services/kms/store.ts';
import type { CodeArchives } from './services/lambda/code-archives.ts';
import { lambdaTypes } from './services/lambda/resources.ts';
import type { LambdaService } from './services/lambda/service.ts';
import { logsTypes } from './services/logs/resources.ts';
import type { LogStore } from './services/logs/store.ts';
import type { BucketNotifications } from './services/s3/notifications/bucket-notifications.ts';
import { s3Types } from './services/s3/resources.ts';
import type { S3Service } from './services/s3/service.ts';
import { schedulerTypes } from './services/scheduler/resources.ts';
import type { Scheduler } from './services/scheduler/store.ts';
import { snsTypes } from './services/sns/resources.ts';
import type { Topics } from './services/sns/store.ts';
import { sqsTypes } from './services/sqs/resources.ts';
import type { SqsService } from './services/sqs/service.ts';
import { ssmTypes } from './services/ssm/resources.ts';
import type { ParameterStore } from './services/ssm/store.ts';
import { harmless, type ResourceTypes, resourceType } from './templates/resource-type.ts';

/** Everything that templates can put something into. */
export interface CloudServices {
  clock: Clock;
  directory: Directory;
  authorizer: Authorizer;
  s3: S3Service;
  sqs: SqsService;
  lambda: LambdaService;
  codeArchives: CodeArchives;
  parameters: ParameterStore;
  dynamodb: DynamoDbService;
  logs: LogStore;
  notifications: BucketNotifications;
  eventBus: EventBus;
  scheduledRules: ScheduledRules;
  scheduler: Scheduler;
  cloudWatch: CloudWatch;
  topics: Topics;
  keys: KeyRegistry;
  repositories: Repositories;
}

const metadata = z.strictObject({ Analytics: harmless('the CDK counts its constructs with it') });

export const resourceTypes: ResourceTypes<CloudServices> = {
  ...s3Types,
  ...sqsTypes,
  ...iamTypes,
  ...iamGroupTypes,
  ...lambdaTypes,
  ...logsTypes,
  ...eventBridgeTypes,
  ...snsTypes,
  ...cloudWatchTypes,
  ...kmsTypes,
  ...dynamoDbTypes,
  ...schedulerTypes,
  ...ssmTypes,
  ...ecrTypes,
  'AWS::CDK::Metadata': resourceType(metadata, {
    replacedBy: [],
    create: () => ({ ref: 'metadata', attributes: {} }),
    remove: () => undefined,
  }),
};
