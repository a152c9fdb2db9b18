/** Every type of resource that is known here. */
import { z } from 'zod';
import { cloudWatchTypes } from './services/cloudwatch/resources.ts';
import { dynamoDbTypes } from './services/dynamodb/resources.ts';
import { iamTypes } from './services/iam/resources.ts';
import { kmsTypes } from './services/kms/resources.ts';
import { lambdaTypes } from './services/lambda/resources.ts';
import { logsAndEventsTypes } from './services/logs/resources.ts';
import { s3Types } from './services/s3/resources.ts';
import { schedulerTypes } from './services/scheduler/resources.ts';
import { sqsTypes } from './services/sqs/resources.ts';
import { ssmTypes } from './services/ssm/resources.ts';
import { harmless, type ResourceType, resourceType } from './templates/resource-type.ts';

const metadata = z.strictObject({ Analytics: harmless('the CDK counts its constructs with it') });

export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  ...s3Types,
  ...sqsTypes,
  ...iamTypes,
  ...lambdaTypes,
  ...logsAndEventsTypes,
  ...cloudWatchTypes,
  ...kmsTypes,
  ...dynamoDbTypes,
  ...schedulerTypes,
  ...ssmTypes,
  'AWS::CDK::Metadata': resourceType(metadata, {
    replacedBy: [],
    create: () => ({ ref: 'metadata', attributes: {} }),
    remove: () => undefined,
  }),
};
