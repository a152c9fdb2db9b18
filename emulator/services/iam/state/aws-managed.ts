/**
 * AWS's own managed policies, as far as they are known here: their published documents, with the actions of services that
 * are there. AWS changes them without notice. Each partition has them.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
import type { PolicyDocument } from '../../../core/policy-document.ts';

export interface AwsManagedPolicy {
  description: string;
  /** The one that is the default now, and was when it was written down here. */
  versionId: string;
  madeAt: string;
  document: PolicyDocument;
}

function allow(Action: string | string[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
}

/** Of the services of other rows of `emulator/README.md`, it lists nothing that could be asked for here. */
const READ_ONLY = [
  'cloudformation:Describe*',
  'cloudformation:Detect*',
  'cloudformation:Estimate*',
  'cloudformation:Get*',
  'cloudformation:List*',
  'cloudwatch:Describe*',
  'cloudwatch:Get*',
  'cloudwatch:List*',
  'dynamodb:BatchGet*',
  'dynamodb:Describe*',
  'dynamodb:Get*',
  'dynamodb:List*',
  'dynamodb:Query',
  'dynamodb:Scan',
  'ecr:BatchCheck*',
  'ecr:BatchGet*',
  'ecr:Describe*',
  'ecr:Get*',
  'ecr:List*',
  'events:Describe*',
  'events:List*',
  'events:Test*',
  'iam:Generate*',
  'iam:Get*',
  'iam:List*',
  'iam:Simulate*',
  'kms:Describe*',
  'kms:Get*',
  'kms:List*',
  'lambda:Get*',
  'lambda:List*',
  'logs:Describe*',
  'logs:FilterLogEvents',
  'logs:Get*',
  'logs:ListTagsLogGroup',
  's3:DescribeJob',
  's3:Get*',
  's3:List*',
  'sns:Check*',
  'sns:Get*',
  'sns:List*',
  'sqs:Get*',
  'sqs:List*',
  'sqs:Receive*',
  'ssm:Describe*',
  'ssm:Get*',
  'ssm:List*',
  'sts:GetAccessKeyInfo',
  'sts:GetCallerIdentity',
  'sts:GetSessionToken',
];

/** By their ARNs without `arn:<partition>:`. */
export const AWS_MANAGED: Readonly<Record<string, AwsManagedPolicy>> = {
  'iam::aws:policy/AdministratorAccess': {
    description: 'Provides full access to AWS services and resources.',
    versionId: 'v1',
    madeAt: '2015-02-06T18:39:46Z',
    document: allow('*'),
  },
  'iam::aws:policy/ReadOnlyAccess': {
    description: 'Provides read-only access to AWS services and resources.',
    versionId: 'v87',
    madeAt: '2015-02-06T18:39:48Z',
    document: allow(READ_ONLY),
  },
  'iam::aws:policy/AmazonS3FullAccess': {
    description: 'Provides full access to all buckets via the AWS Management Console.',
    versionId: 'v2',
    madeAt: '2015-02-06T18:40:58Z',
    document: allow(['s3:*', 's3-object-lambda:*']),
  },
  'iam::aws:policy/AmazonS3ReadOnlyAccess': {
    description: 'Provides read only access to all buckets via the AWS Management Console.',
    versionId: 'v3',
    madeAt: '2015-02-06T18:40:59Z',
    document: allow(['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*']),
  },
  'iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': {
    description: 'Provides write permissions to CloudWatch Logs.',
    versionId: 'v1',
    madeAt: '2015-04-09T15:03:43Z',
    document: allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']),
  },
};
