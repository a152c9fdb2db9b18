import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import {
  ACCOUNT,
  allow,
  CodeAssets,
  lambda,
  lambdaRole,
  queue,
  REGION,
  type Resources,
  stackOf,
  withDependency,
} from './stack-fixture.ts';

const assets = new CodeAssets();
let cloud: LocalCloud;

beforeAll(() => assets.add('v1', 'return "v1"'));
afterAll(() => assets.remove());
afterEach(() => cloud.close());

const QUEUE_ARN = `arn:aws:sqs:${REGION}:${ACCOUNT}:q`;
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/role`;
const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`;
const version = { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Function' } } };
const alias = {
  Type: 'AWS::Lambda::Alias',
  Properties: {
    FunctionName: { Ref: 'Function' },
    FunctionVersion: { 'Fn::GetAtt': 'Version.Version' },
    Name: 'live',
  },
};
const asyncConfig = (properties: object) => ({
  Type: 'AWS::Lambda::EventInvokeConfig',
  Properties: { FunctionName: { Ref: 'Function' }, ...properties },
});
const policy = (statement: object) => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyName: 'late', Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: [statement] } },
});
const takeMessages = allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], QUEUE_ARN);
const fromS3 = {
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: 'Queue' }],
    PolicyDocument: {
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: QUEUE_ARN,
        Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::drops' } },
      },
    },
  },
};
const bucket = {
  Type: 'AWS::S3::Bucket',
  Properties: {
    BucketName: 'drops',
    NotificationConfiguration: { QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: QUEUE_ARN }] },
  },
};
const role = (service: string) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: 'role',
    AssumeRolePolicyDocument: {
      Statement: { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' },
    },
  },
});
const schedule = {
  Type: 'AWS::Scheduler::Schedule',
  Properties: {
    Name: 's',
    GroupName: 'g',
    ScheduleExpression: 'rate(1 day)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: FUNCTION_ARN, RoleArn: ROLE_ARN },
  },
};
const group = { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'g' } };

/**
 * What speaks of another resource by text alone, with what it needs to be told to wait for. Without that there is an order in
 * which it comes too early, and AWS refuses it.
 */
const cases: [name: string, id: string, needs: string[], resources: Resources, refusal: string][] = [
  [
    'an asynchronous configuration of an alias',
    'Config',
    ['Alias'],
    {
      Role: lambdaRole(),
      Function: lambda('v1'),
      Version: version,
      Alias: alias,
      Config: asyncConfig({ Qualifier: 'live' }),
    },
    'Lambda function qualifier not found: f:live',
  ],
  [
    'an asynchronous configuration whose failures go to a queue',
    'Config',
    ['Queue', 'Policy'],
    {
      Role: lambdaRole(),
      Function: lambda('v1'),
      Queue: queue('q'),
      Policy: policy(allow('sqs:SendMessage', QUEUE_ARN)),
      Config: asyncConfig({ Qualifier: '$LATEST', DestinationConfig: { OnFailure: { Destination: QUEUE_ARN } } }),
    },
    "The function's execution role does not have permissions to call SendMessage on",
  ],
  [
    'a function’s role by its ARN',
    'Function',
    ['Role'],
    { Role: lambdaRole(), Function: lambda('v1', { Role: ROLE_ARN }) },
    'The role defined for the function cannot be assumed by Lambda.',
  ],
  [
    'a mapping of a queue to a function by their names',
    'Mapping',
    ['Queue', 'Function', 'Policy'],
    {
      Role: lambdaRole(),
      Queue: queue('q'),
      Function: lambda('v1'),
      Policy: policy(takeMessages),
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { FunctionName: 'f', EventSourceArn: QUEUE_ARN },
      },
    },
    '',
  ],
  [
    'a mapping, whose role gets its policy apart',
    'Mapping',
    ['Policy'],
    {
      Role: lambdaRole(),
      Queue: queue('q'),
      Function: lambda('v1'),
      Policy: policy(takeMessages),
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { FunctionName: { Ref: 'Function' }, EventSourceArn: { 'Fn::GetAtt': 'Queue.Arn' } },
      },
    },
    'The provided execution role does not have permissions to call ReceiveMessage on SQS',
  ],
  [
    'a bucket’s notification of a queue',
    'Bucket',
    ['Queue', 'QueuePolicy'],
    { Queue: queue('q'), QueuePolicy: fromS3, Bucket: bucket },
    'Unable to validate the following destination configurations',
  ],
  [
    'a bucket’s policy by its name',
    'Policy',
    ['Bucket'],
    {
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'drops' } },
      Policy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: 'drops',
          PolicyDocument: {
            Statement: { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::drops/*' },
          },
        },
      },
    },
    'The specified bucket does not exist',
  ],
  [
    'a dead-letter queue by its ARN',
    'Queue',
    ['DeadLetters'],
    {
      DeadLetters: queue('dead'),
      Queue: queue('q', {
        RedrivePolicy: { deadLetterTargetArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:dead`, maxReceiveCount: 5 },
      }),
    },
    'Dead letter target does not exist.',
  ],
  [
    'a role in a trust policy',
    'Role',
    ['Other'],
    {
      Other: {
        ...role('lambda.amazonaws.com'),
        Properties: { ...role('lambda.amazonaws.com').Properties, RoleName: 'other' },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Statement: {
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/other` },
              Action: 'sts:AssumeRole',
            },
          },
        },
      },
    },
    'Invalid principal in policy',
  ],
  [
    'a role of a policy by its name',
    'Policy',
    ['Role'],
    {
      Role: lambdaRole(),
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyName: 'p2', Roles: ['role'], PolicyDocument: { Statement: [allow('s3:*')] } },
      },
    },
    'The role with name role cannot be found.',
  ],
  [
    'a schedule’s group by its name',
    'Schedule',
    ['Group'],
    { Role: role('scheduler.amazonaws.com'), Group: group, Schedule: withDependency(schedule, 'Role') },
    'Schedule group g does not exist.',
  ],
  [
    'a schedule’s role by its ARN',
    'Schedule',
    ['Role'],
    { Role: role('scheduler.amazonaws.com'), Group: group, Schedule: withDependency(schedule, 'Group') },
    'must allow AWS EventBridge Scheduler to assume the role.',
  ],
  [
    'a permission for a function by its name',
    'Permission',
    ['Function'],
    {
      Role: lambdaRole(),
      Function: lambda('v1'),
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: { FunctionName: 'f', Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' },
      },
    },
    `Function not found: ${FUNCTION_ARN}`,
  ],
  [
    'an alarm’s topic by its ARN',
    'Alarm',
    ['Topic'],
    {
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } },
      Alarm: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: 'a',
          Namespace: 'N',
          MetricName: 'M',
          Statistic: 'Sum',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanThreshold',
          AlarmActions: [`arn:aws:sns:${REGION}:${ACCOUNT}:t`],
        },
      },
    },
    'Topic does not exist',
  ],
];

test.each(cases)('%s comes too early where nothing says otherwise', async (_, id, __, resources, refusal) => {
  cloud = await LocalCloud.start({ stacks: [] });
  const stack = stackOf(resources, { assets: assets.folders });
  const deployed = cloud.deploy(stack, { order: { first: id } });
  await expect(deployed).rejects.toThrow(`resource ${id} (`);
  await expect(deployed).rejects.toThrow(refusal);
  await expect(deployed).rejects.toThrow(`[${id} first]`);
  expect(cloud.stack('S').status).toBe('ROLLBACK_COMPLETE');
  expect(await cloud.inventory()).toEqual([]);
});

test.each(cases)('%s waits where the template says so', async (_, id, needs, resources) => {
  const { DependsOn = [] } = resources[id] as { DependsOn?: string[] };
  const Resources = { ...resources, [id]: withDependency(resources[id]!, ...DependsOn, ...needs) };
  let now = Date.now();
  cloud = await LocalCloud.start({ stacks: [], clock: () => now });
  const orders = [...Object.keys(resources).map((first) => ({ first })), 'worst', 'worst-mirrored', 1, 2, 3] as const;
  for (const order of orders) {
    await cloud.deploy(stackOf(Resources, { assets: assets.folders }), { order });
    await cloud.destroy({ name: 'S', account: ACCOUNT, region: REGION }, { order });
    expect(await cloud.inventory()).toEqual([]);
    // SQS keeps the name of a deleted queue for a minute.
    now += 61_000;
  }
});

test.each<[string, object, string]>([
  ['role', role('lambda.amazonaws.com'), 'Role with name role already exists.'],
  ['user', { Type: 'AWS::IAM::User', Properties: { UserName: 'u' } }, 'User with name u already exists.'],
  [
    'managed policy',
    {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { ManagedPolicyName: 'm', PolicyDocument: { Statement: [allow('s3:*')] } },
    },
    'A policy called m already exists.',
  ],
  ['queue', queue('q'), 'A queue already exists with the same name'],
  ['topic', { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } }, 'Topic t already exists'],
  [
    'table',
    {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'table',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
    'Table already exists: table',
  ],
  ['bucket', { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'drops' } }, 'you already own it'],
  [
    'log group',
    { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/l' } },
    `Resource of type 'AWS::Logs::LogGroup' with identifier '{"/properties/LogGroupName":"/l"}' already exists.`,
  ],
  [
    'rule',
    { Type: 'AWS::Events::Rule', Properties: { Name: 'r', EventPattern: { source: ['x'] } } },
    `'{"/properties/Name":"r"}' already exists.`,
  ],
  ['schedule group', group, 'Schedule group g already exists.'],
  [
    'dashboard',
    { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardName: 'd', DashboardBody: '{}' } },
    `'{"/properties/DashboardName":"d"}' already exists.`,
  ],
])('a %s of a name that is taken is refused, and the one that is there stays', async (_, resource, problem) => {
  cloud = await LocalCloud.start({ stacks: [stackOf({ Taken: resource }, { name: 'First' })] });
  const before = await cloud.inventory();
  await expect(cloud.deploy(stackOf({ Taken: resource }, { name: 'Second' }))).rejects.toThrow(problem);
  expect(await cloud.inventory()).toEqual(before);
});

test('a bucket’s name is taken in every account', async () => {
  const stack = stackOf({ B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'drops' } } });
  cloud = await LocalCloud.start({ stacks: [stack] });
  await expect(cloud.deploy({ ...stack, account: '222222222222' })).rejects.toThrow('bucket name is not available');
});
