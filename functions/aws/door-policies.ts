/**
 * What the door needs, statement by statement: what lets uploads into the queue, and what lets the canary try that and look at it. The
 * stack deploys these statements, and the check shows them to whoever must change a policy. Pure.
 */
import { CANARY_PREFIX } from '../core/reserved-keys.ts';
import { allow, type RoleStatement, regionOfKey, type Statement, throughS3 } from './policies.ts';

/** It drops objects under its own prefix alone. It never reads one: a listing has the ETag. */
export function dropStatements(bucketArn: string, kmsKeyArn: string | undefined): RoleStatement[] {
  const encrypt = () => ({
    ...allow('EncryptObjects', 'kms:GenerateDataKey', kmsKeyArn!),
    Condition: throughS3(regionOfKey(kmsKeyArn!), bucketArn, CANARY_PREFIX),
  });
  return [
    allow('DropCanaries', 's3:PutObject', `${bucketArn}/${CANARY_PREFIX}*`),
    {
      ...allow('SeeCanaries', 's3:ListBucket', bucketArn),
      Condition: { StringEquals: { 's3:prefix': CANARY_PREFIX } },
    },
    ...(kmsKeyArn === undefined ? [] : [encrypt()]),
  ];
}

export function readReceiptsStatement(tableArn: string): RoleStatement {
  return allow('SeeReceipts', 'dynamodb:GetItem', tableArn);
}

export function readNotificationStatement(bucketArn: string): RoleStatement {
  return allow('ReadNotification', 's3:GetBucketNotification', bucketArn);
}

export function readRuleStatement(ruleArn: string): RoleStatement {
  return allow('ReadRule', ['events:DescribeRule', 'events:ListTargetsByRule'], ruleArn);
}

export function readQueueStatement(queueArn: string): RoleStatement {
  return allow('ReadQueue', 'sqs:GetQueueAttributes', queueArn);
}

export function readMappingStatement(mappingArn: string): RoleStatement {
  return allow('ReadMapping', 'lambda:GetEventSourceMapping', mappingArn);
}

export function readConcurrencyStatement(functionArn: string): RoleStatement {
  return allow('ReadConcurrency', 'lambda:GetFunctionConcurrency', functionArn);
}

/** What comparisons of source and ledger have found stands in replay's log. */
export function readComparisonsStatement(logGroupArn: string): RoleStatement {
  return allow('ReadComparisons', 'logs:FilterLogEvents', logGroupArn);
}

/** The quota of an account is no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
export function readQuotaStatement(): RoleStatement {
  return allow('ReadQuota', 'lambda:GetAccountSettings', '*');
}

/** The check has the canary look at the door. */
export function askCanaryStatement(functionArn: string): RoleStatement {
  return allow('AskCanary', 'lambda:InvokeFunction', functionArn);
}

/** The resource on whose behalf a service sends messages. */
export interface SendingSource {
  service: 's3' | 'events' | 'sns';
  arn: string;
  /** The source's account, where the ARN doesn't name it. The ARN of a bucket doesn't. */
  account?: string | undefined;
}

/** In the policy of a queue: lets a service of AWS send, but only on behalf of this one source. */
export function sendStatement(queueArn: string, { service, arn, account }: SendingSource): Statement {
  return {
    Sid: 'SendUploads',
    Effect: 'Allow',
    Principal: { Service: `${service}.amazonaws.com` },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: {
      ArnEquals: { 'aws:SourceArn': arn },
      ...(account !== undefined && { StringEquals: { 'aws:SourceAccount': account } }),
    },
  };
}
