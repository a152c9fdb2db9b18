/** AWS's own managed policies, as far as the services here go: their documents as published in the AWS Managed Policy Reference Guide. */
import type { PolicyDocument } from '../../../core/policy-document.ts';

/** By ARN without its partition: each partition has them. AWS changes them without notice; any other is refused by name. */
export const AWS_MANAGED: Readonly<Record<string, PolicyDocument>> = {
  'iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': allow([
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ]),
  'iam::aws:policy/AdministratorAccess': allow(['*']),
  /** https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCloudFormationReadOnlyAccess.html, version 4 */
  'iam::aws:policy/AWSCloudFormationReadOnlyAccess': allow([
    'cloudformation:Describe*',
    'cloudformation:EstimateTemplateCost',
    'cloudformation:Get*',
    'cloudformation:List*',
    'cloudformation:ValidateTemplate',
    'cloudformation:Detect*',
  ]),
  /** https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ReadOnlyAccess.html, version 128: of its 2,425 actions those of services here. */
  'iam::aws:policy/ReadOnlyAccess': allow([
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
  ]),
};

function allow(Action: string[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
}
