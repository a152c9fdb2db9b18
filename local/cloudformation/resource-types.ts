/** Every type of resource that is known here. */
import { z } from 'zod';
import { harmless, type ResourceType, resourceType } from './resource-type.ts';
import { cloudWatchTypes } from './types/cloudwatch.ts';
import { dynamoDbTypes } from './types/dynamodb.ts';
import { iamTypes } from './types/iam.ts';
import { kmsTypes } from './types/kms.ts';
import { lambdaTypes } from './types/lambda.ts';
import { logsAndEventsTypes } from './types/logs-and-events.ts';
import { s3Types } from './types/s3.ts';
import { schedulerTypes } from './types/scheduler.ts';
import { sqsTypes } from './types/sqs.ts';
import { ssmTypes } from './types/ssm.ts';

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
