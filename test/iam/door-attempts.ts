/** What a role might try at the door: see and change how uploads get to the relay. */
import { DescribeRuleCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetAccountSettingsCommand, GetFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { GetBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { REGION } from '../support/two-accounts.ts';
import { type Attempt, asked } from './attempt.ts';

export function onBucketsDoor(Bucket: string, account: string): Attempt[] {
  const resource = `arn:aws:s3:::${Bucket}`;
  return [
    {
      action: 's3:GetBucketNotification',
      resource,
      account,
      run: ({ clients }) => clients.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket })),
    },
  ];
}

export function onFunctionsDoor(account: string, FunctionName: string): Attempt[] {
  const resource = `arn:aws:lambda:${REGION}:${account}:function:${FunctionName}`;
  return [
    {
      action: 'lambda:GetFunctionConcurrency',
      resource,
      account,
      run: ({ clients }) => clients.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName })),
    },
    asked('lambda:PutFunctionConcurrency', resource),
    asked('lambda:DeleteFunctionConcurrency', resource),
  ];
}

export function doorAttempts(account: string): Attempt[] {
  const rule = `arn:aws:events:${REGION}:${account}:rule/another`;
  const mapping = `arn:aws:lambda:${REGION}:${account}:event-source-mapping:another`;
  return [
    {
      action: 'events:DescribeRule',
      resource: rule,
      account,
      run: ({ clients }) => clients.eventBridge.send(new DescribeRuleCommand({ Name: 'another' })),
    },
    {
      action: 'events:ListTargetsByRule',
      resource: rule,
      account,
      run: ({ clients }) => clients.eventBridge.send(new ListTargetsByRuleCommand({ Rule: 'another' })),
    },
    ...['DisableRule', 'DeleteRule', 'RemoveTargets'].map((action) => asked(`events:${action}`, rule)),
    ...['GetEventSourceMapping', 'UpdateEventSourceMapping'].map((action) => asked(`lambda:${action}`, mapping)),
    {
      action: 'lambda:GetAccountSettings',
      resource: '*',
      account: undefined,
      run: ({ clients }) => clients.lambda.send(new GetAccountSettingsCommand({})),
    },
  ];
}
