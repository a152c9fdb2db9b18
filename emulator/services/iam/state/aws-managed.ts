/**
 * AWS's own managed policies, as far as they are known here: their documents as published in the AWS Managed Policy Reference
 * Guide, with the actions of services that are there. AWS changes them without notice. Each partition has them.
 */
import type { PolicyDocument } from '../../../core/policy-document.ts';

export interface AwsManagedPolicy {
  description: string;
  /** The one that was the default when it was written down here. */
  versionId: string;
  madeAt: string;
  document: PolicyDocument;
}

function allow(...actions: string[]): PolicyDocument {
  const Action = actions.length === 1 ? actions[0]! : actions;
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
}

/** By ARN without `arn:<partition>:`; any other is refused by name. */
export const AWS_MANAGED: Readonly<Record<string, AwsManagedPolicy>> = {
  'iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': {
    description: 'Provides write permissions to CloudWatch Logs.',
    versionId: 'v1',
    madeAt: '2015-04-09T15:03:43Z',
    document: allow('logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'),
  },
  'iam::aws:policy/AdministratorAccess': {
    description: 'Provides full access to AWS services and resources.',
    versionId: 'v1',
    madeAt: '2015-02-06T18:39:46Z',
    document: allow('*'),
  },
  'iam::aws:policy/AmazonS3FullAccess': {
    description: 'Provides full access to all buckets via the AWS Management Console.',
    versionId: 'v2',
    madeAt: '2015-02-06T18:40:58Z',
    document: allow('s3:*', 's3-object-lambda:*'),
  },
  'iam::aws:policy/AmazonS3ReadOnlyAccess': {
    description: 'Provides read only access to all buckets via the AWS Management Console.',
    versionId: 'v3',
    madeAt: '2015-02-06T18:40:59Z',
    document: allow('s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'),
  },
  /** https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCloudFormationReadOnlyAccess.html */
  'iam::aws:policy/AWSCloudFormationReadOnlyAccess': {
    description: 'Provides access to AWS CloudFormation via the AWS Management Console.',
    versionId: 'v4',
    madeAt: '2015-02-06T18:39:49Z',
    document: allow(
      'cloudformation:Describe*',
      'cloudformation:EstimateTemplateCost',
      'cloudformation:Get*',
      'cloudformation:List*',
      'cloudformation:ValidateTemplate',
      'cloudformation:Detect*',
    ),
  },
  /** https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ReadOnlyAccess.html: of its 2,425 actions those of services here. */
  'iam::aws:policy/ReadOnlyAccess': {
    description: 'Provides read-only access to AWS services and resources.',
    versionId: 'v128',
    madeAt: '2015-02-06T18:39:48Z',
    document: allow(
      ...['cloudformation:Describe*', 'cloudformation:Detect*', 'cloudformation:Estimate*', 'cloudformation:Get*'],
      ...['cloudformation:List*', 'cloudformation:ValidateTemplate'],
      ...['cloudwatch:Describe*', 'cloudwatch:GenerateQuery', 'cloudwatch:Get*', 'cloudwatch:List*'],
      ...['dynamodb:BatchGet*', 'dynamodb:Describe*', 'dynamodb:Get*', 'dynamodb:List*', 'dynamodb:PartiQLSelect'],
      ...['dynamodb:Query', 'dynamodb:Scan'],
      ...['ecr:BatchCheck*', 'ecr:BatchGet*', 'ecr:Describe*', 'ecr:Get*', 'ecr:List*'],
      ...['events:Describe*', 'events:List*', 'events:Test*'],
      ...['iam:Generate*', 'iam:Get*', 'iam:List*', 'iam:Simulate*'],
      ...['kms:Describe*', 'kms:Get*', 'kms:List*'],
      ...['lambda:Get*', 'lambda:List*'],
      ...['logs:Describe*', 'logs:FilterLogEvents', 'logs:Get*', 'logs:ListTagsForResource', 'logs:ListTagsLogGroup'],
      ...['logs:StartQuery', 'logs:StopQuery', 'logs:TestMetricFilter'],
      ...['s3:DescribeJob', 's3:Get*', 's3:List*'],
      ...['scheduler:GetSchedule', 'scheduler:GetScheduleGroup', 'scheduler:ListScheduleGroups'],
      ...['scheduler:ListSchedules', 'scheduler:ListTagsForResource'],
      ...['sns:Check*', 'sns:Get*', 'sns:List*'],
      ...['sqs:Get*', 'sqs:List*', 'sqs:Receive*'],
      ...['ssm:Describe*', 'ssm:Get*', 'ssm:List*'],
      ...['sts:GetAccessKeyInfo', 'sts:GetCallerIdentity', 'sts:GetSessionToken'],
    ),
  },
};
