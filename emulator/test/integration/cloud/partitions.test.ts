/** Two partitions side by side: nothing of one can be named or used in the other. */
import { Agent } from 'node:https';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { templateStack } from '../../../templates/assembly.ts';

const HOME = '111111111111';
const GOV = '222222222222';
const GOV_REGION = 'us-gov-west-1';

let cloud: LocalCloud | undefined;
afterEach(() => cloud?.close());

type Resources = Record<string, { Type: string; Properties?: object }>;

function stackOf(account: string, region: string, Resources: Resources, name = 'Stack', Outputs = {}) {
  return templateStack({ account, region, name, template: { Resources, Outputs } });
}

function clientConfig(account: string, region: string) {
  const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud!.caPem }) });
  return { endpoint: cloud!.url, region, maxAttempts: 1, credentials: cloud!.operator(account), requestHandler };
}

const trusting = (AWS: string) => ({
  Statement: { Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' },
});
const bucket = (BucketName: string, more = {}) => ({ Type: 'AWS::S3::Bucket', Properties: { BucketName, ...more } });

test('an account without a stack belongs where home is', async () => {
  cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: [GOV], homeRegion: GOV_REGION });
  expect(cloud.directory.partitionOf(GOV)).toBe('aws-us-gov');
});

describe('names go by the region', () => {
  test.each([
    ['eu-west-1', 'aws', 'amazonaws.com'],
    [GOV_REGION, 'aws-us-gov', 'amazonaws.com'],
    ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
    ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov'],
    ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
  ])('%s', async (region, partition, suffix) => {
    const attributes: [id: string, attribute: string][] = [
      ['Bucket', 'Arn'],
      ['Bucket', 'DomainName'],
      ['Bucket', 'RegionalDomainName'],
      ['Queue', 'Arn'],
      ['Topic', 'TopicArn'],
      ['Key', 'Arn'],
      ['Role', 'Arn'],
      ['User', 'Arn'],
      ['Table', 'Arn'],
      ['Group', 'Arn'],
      ['Logs', 'Arn'],
      ['Rule', 'Arn'],
    ];
    const resources: Resources = {
      Bucket: bucket('uploads'),
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } },
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } },
      Key: { Type: 'AWS::KMS::Key' },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'r',
          AssumeRolePolicyDocument: trusting(`arn:${partition}:iam::${HOME}:root`),
          ManagedPolicyArns: [`arn:${partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`],
        },
      },
      User: { Type: 'AWS::IAM::User', Properties: { UserName: 'u' } },
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'table',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
        },
      },
      Group: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'g' } },
      Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/l' } },
      Rule: { Type: 'AWS::Events::Rule', Properties: { Name: 'rule', EventPattern: { source: ['aws.s3'] } } },
    };
    const outputs = Object.fromEntries(
      attributes.map(([id, name]) => [`${id}${name}`, { Value: { 'Fn::GetAtt': [id, name] } }]),
    );
    cloud = await LocalCloud.start({ stacks: [stackOf(HOME, region, resources, 'Stack', outputs)] });
    const regional = (service: string, resource: string) => `arn:${partition}:${service}:${region}:${HOME}:${resource}`;
    expect(cloud.outputs('Stack')).toEqual({
      BucketArn: `arn:${partition}:s3:::uploads`,
      BucketDomainName: `uploads.s3.${suffix}`,
      BucketRegionalDomainName: `uploads.s3.${region}.${suffix}`,
      QueueArn: regional('sqs', 'q'),
      TopicTopicArn: regional('sns', 't'),
      KeyArn: expect.stringMatching(`^arn:${partition}:kms:${region}:${HOME}:key/`),
      RoleArn: `arn:${partition}:iam::${HOME}:role/r`,
      UserArn: `arn:${partition}:iam::${HOME}:user/u`,
      TableArn: regional('dynamodb', 'table/table'),
      GroupArn: regional('scheduler', 'schedule-group/g'),
      LogsArn: regional('logs', 'log-group:/l:*'),
      RuleArn: regional('events', 'rule/rule'),
    });
  });
});

describe('a deployment is refused for', () => {
  const role = (properties: object) => ({
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trusting('*'), ...properties } },
  });
  const resourcePolicy = (statement: object) => ({
    Statement: { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: 'arn:aws-us-gov:s3:::b', ...statement },
  });
  const bucketPolicy = (statement: object) => ({
    Bucket: bucket('uploads'),
    Policy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: resourcePolicy(statement) },
    },
  });

  test.each<[string, Resources, string]>([
    [
      'an identity policy that names a bucket of another partition',
      role({
        Policies: [
          {
            PolicyName: 'p',
            PolicyDocument: { Statement: { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::b' } },
          },
        ],
      }),
      'Partition "aws" is not valid for resource "arn:aws:s3:::b".',
    ],
    [
      'a trust in an account of another partition',
      role({ AssumeRolePolicyDocument: trusting(`arn:aws:iam::${HOME}:root`) }),
      `Invalid principal in policy: "AWS":"arn:aws:iam::${HOME}:root"`,
    ],
    [
      'a managed policy under the name that it has in another partition',
      role({ ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'] }),
      'Policy arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole does not exist or is not attachable.',
    ],
    [
      'a bucket policy that names a resource of another partition',
      bucketPolicy({ Resource: 'arn:aws:s3:::uploads/*' }),
      'Policy has invalid resource: arn:aws:s3:::uploads/*',
    ],
    [
      'a bucket policy that names an account of another partition',
      bucketPolicy({ Principal: { AWS: `arn:aws:iam::${HOME}:root` } }),
      `Invalid principal in policy: "AWS":"arn:aws:iam::${HOME}:root"`,
    ],
    [
      'a rule whose queue is in another partition',
      {
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: {
            EventPattern: { source: ['aws.s3'] },
            Targets: [{ Id: 'q', Arn: `arn:aws:sqs:${GOV_REGION}:${GOV}:q` }],
          },
        },
      },
      `arn:aws:sqs:${GOV_REGION}:${GOV}:q is not an SQS queue`,
    ],
  ])('%s', async (_, resources, message) => {
    const stacks = [stackOf(HOME, 'us-east-1', { Bucket: bucket('at-home') }), stackOf(GOV, GOV_REGION, resources)];
    await expect(LocalCloud.start({ stacks })).rejects.toThrow(message);
  });

  test('a second partition in one account', async () => {
    const stacks = [
      stackOf(HOME, 'us-east-1', { Bucket: bucket('one') }, 'One'),
      stackOf(HOME, GOV_REGION, { Bucket: bucket('two') }, 'Two'),
    ];
    await expect(LocalCloud.start({ stacks })).rejects.toThrow(
      `Stack Two, the environment: account ${HOME} belongs to the partition aws, and us-gov-west-1 is a region of aws-us-gov`,
    );
  });

  test('a region that nobody knows', async () => {
    const stacks = [stackOf(HOME, 'xx-nowhere-1', { Bucket: bucket('one') })];
    await expect(LocalCloud.start({ stacks })).rejects.toThrow(
      "Stack Stack, the environment: the CDK's region data knows no region like xx-nowhere-1",
    );
  });
});

describe('from one partition into the other', () => {
  const open = { Statement: { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::open/*' } };
  const start = async () => {
    const openToAll: Resources = {
      // New buckets block public policies.
      Bucket: bucket('open', { PublicAccessBlockConfiguration: {} }),
      Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: open } },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { RoleName: 'open', AssumeRolePolicyDocument: trusting('*') },
      },
      // An account id alone says no partition, so it is taken; it lets nobody in all the same.
      ById: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'by-id', AssumeRolePolicyDocument: trusting(GOV) } },
    };
    cloud = await LocalCloud.start({
      stacks: [stackOf(HOME, 'us-east-1', openToAll), stackOf(GOV, GOV_REGION, { Bucket: bucket('gov') })],
    });
  };

  test.each(['open', 'by-id'])('no role can be assumed, whatever its trust says: %s', async (name) => {
    await start();
    const RoleArn = `arn:aws:iam::${HOME}:role/${name}`;
    const assume = (account: string, region: string) =>
      new STSClient(clientConfig(account, region)).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me' }));
    await expect(assume(GOV, GOV_REGION)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws-us-gov:iam::${GOV}:user/operator is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
    });
    if (name === 'open') expect(await assume(HOME, 'us-east-1')).toHaveProperty('Credentials');
  });

  test('a bucket doesn’t exist, whatever its policy says', async () => {
    await start();
    const s3 = (account: string, region: string) =>
      new S3Client({ ...clientConfig(account, region), forcePathStyle: true });
    await s3(HOME, 'us-east-1').send(new PutObjectCommand({ Bucket: 'open', Key: 'k', Body: 'x' }));
    const there = { Bucket: 'open', Key: 'k' };
    await expect(s3(GOV, GOV_REGION).send(new GetObjectCommand(there))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  test('keys are unknown, also to a region that nobody knows', async () => {
    await start();
    for (const region of ['us-east-1', 'xx-nowhere-1']) {
      const s3 = new S3Client({ ...clientConfig(GOV, region), forcePathStyle: true });
      const get = s3.send(new GetObjectCommand({ Bucket: 'open', Key: 'k' }));
      await expect(get).rejects.toMatchObject({ name: 'InvalidAccessKeyId', $metadata: { httpStatusCode: 403 } });
    }
  });
});
