/** Templates beyond what the services take: refused with resource, property and limit. */
import { describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { templateStack } from '../../../templates/assembly.ts';

const ACCOUNT = '111111111111';

type Resources = Record<string, { Type: string; Properties?: object }>;

async function deploy(Resources: Resources): Promise<void> {
  const place = { account: ACCOUNT, region: 'us-east-1', name: 'Stack' };
  const cloud = await LocalCloud.start({ stacks: [templateStack({ ...place, template: { Resources } })] });
  await cloud.close();
}

const x = (length: number) => 'x'.repeat(length);
const trust = (more: object = {}) => ({
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole', ...more }],
});
/** Of some 10 characters more than `Resource`. */
const identity = (Resource: string) => ({ Statement: [{ Effect: 'Allow', Action: 's3:*', Resource }] });
const object = (length: number) => `arn:aws:s3:::b/${x(length)}`;
const role = (properties: object = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: { RoleName: 'role', AssumeRolePolicyDocument: trust(), ...properties },
});
const inline = (PolicyName: string, length: number) => ({ PolicyName, PolicyDocument: identity(object(length)) });
const managed = (length: number) => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Properties: { ManagedPolicyName: 'managed', PolicyDocument: identity(object(length)) },
});

/** A policy of a queue, a topic, a bucket or a key: all of it but its statements' particulars. */
const statements = (count: number, more: object = {}) => ({
  Statement: Array.from({ length: count }, () => ({
    Effect: 'Allow',
    Principal: { AWS: ACCOUNT },
    Action: 's3:*',
    Resource: 'arn:aws:s3:::uploads',
    ...more,
  })),
});
const padded = (length: number) => statements(1, { Sid: x(length) });
const ref = { Ref: 'Holder' };
const holders = {
  queue: (PolicyDocument: object): Resources => ({
    Holder: { Type: 'AWS::SQS::Queue' },
    Policy: { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [ref], PolicyDocument } },
  }),
  topic: (PolicyDocument: object): Resources => ({
    Holder: { Type: 'AWS::SNS::Topic' },
    Policy: { Type: 'AWS::SNS::TopicPolicy', Properties: { Topics: [ref], PolicyDocument } },
  }),
  bucket: (PolicyDocument: object): Resources => ({
    Holder: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'uploads' } },
    Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: ref, PolicyDocument } },
  }),
  key: (KeyPolicy: object): Resources => ({ Policy: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy } } }),
};

describe('taken', () => {
  test.each<[string, Resources]>([
    ['inline policies of 10,000 characters', { Role: role({ Policies: [inline('a', 5000), inline('b', 5000)] }) }],
    ['a queue policy of 8,000 bytes', holders.queue(padded(7800))],
    ['a queue policy of 20 statements', holders.queue(statements(20))],
    ['a topic policy of 30,000 bytes', holders.topic(padded(29_800))],
    ['a bucket policy of 20,000 bytes', holders.bucket(padded(19_800))],
    ['a key policy of 32,000 bytes', holders.key(padded(31_800))],
  ])('%s', async (_, resources) => {
    await deploy(resources);
  });
});

describe('refused', () => {
  test.each<[string, Resources, string]>([
    [
      'the name of a role',
      { Role: role({ RoleName: x(65) }) },
      'resource Role (AWS::IAM::Role): property RoleName: must be the name of a role: 1 to 64',
    ],
    [
      'the description of a role',
      { Role: role({ Description: x(1001) }) },
      'resource Role (AWS::IAM::Role): property Description: ',
    ],
    [
      'a trust policy',
      { Role: role({ AssumeRolePolicyDocument: trust({ Sid: x(2048) }) }) },
      'Cannot exceed quota for ACLSizePerRole: 2048',
    ],
    [
      'the inline policies of a role',
      { Role: role({ Policies: [inline('a', 5000), inline('b', 5200)] }) },
      'Maximum policy size of 10240 bytes exceeded for role role',
    ],
    [
      'the inline policies of a role, with one that comes as a resource of its own',
      {
        Role: role({ Policies: [inline('a', 5000)] }),
        Policy: { Type: 'AWS::IAM::Policy', Properties: { ...inline('b', 5200), Roles: [{ Ref: 'Role' }] } },
      },
      'resource Policy (AWS::IAM::Policy): Maximum policy size of 10240 bytes exceeded for role role',
    ],
    [
      'the inline policies of a user',
      { User: { Type: 'AWS::IAM::User', Properties: { UserName: 'ann', Policies: [inline('a', 2048)] } } },
      'Maximum policy size of 2048 bytes exceeded for user ann',
    ],
    ['a managed policy', { Managed: managed(6144) }, 'Cannot exceed quota for PolicySize: 6144'],
    [
      'the managed policies of a role',
      {
        ...Object.fromEntries(
          Array.from({ length: 11 }, (_, index) => [
            `P${index}`,
            {
              Type: 'AWS::IAM::ManagedPolicy',
              Properties: { ManagedPolicyName: `p${index}`, PolicyDocument: identity('*') },
            },
          ]),
        ),
        Role: role({ ManagedPolicyArns: Array.from({ length: 11 }, (_, index) => ({ Ref: `P${index}` })) }),
      },
      'resource Role (AWS::IAM::Role): Cannot exceed quota for PoliciesPerRole: 10',
    ],
    [
      'a policy with characters beyond Latin-1',
      { Role: role({ Policies: [{ PolicyName: 'p', PolicyDocument: identity(object(1).concat('日本')) }] }) },
      'has the character U+65E5; a policy takes U+0009, U+000A, U+000D and U+0020 to U+00FF only',
    ],
    [
      'a trust policy with such',
      { Role: role({ AssumeRolePolicyDocument: trust({ Condition: { StringEquals: { 'sts:ExternalId': 'Ł' } } }) }) },
      'resource Role (AWS::IAM::Role): trust policy of role: "Ł" has the character U+0141',
    ],
    [
      'a bucket policy with such',
      holders.bucket(statements(1, { Resource: 'arn:aws:s3:::uploads/日' })),
      'resource Policy (AWS::S3::BucketPolicy): bucket policy: "arn:aws:s3:::uploads/日" has the character U+65E5',
    ],
    ['a bucket policy', holders.bucket(padded(20_480)), 'bytes without white space; the most is 20480'],
    ['a queue policy', holders.queue(padded(8192)), 'bytes without white space; the most is 8192'],
    [
      'the statements of a queue policy',
      holders.queue(statements(21)),
      'the queue policy has 21 statements; the most is 20',
    ],
    [
      'the actions of a queue policy',
      holders.queue(statements(1, { Action: Array.from({ length: 8 }, (_, index) => `sqs:A${index}`) })),
      'the queue policy has 8 actions in a statement; the most is 7',
    ],
    [
      'the principals of a queue policy',
      holders.queue(statements(2, { Principal: { AWS: Array.from({ length: 26 }, () => ACCOUNT) } })),
      'the queue policy has 52 principals; the most is 50',
    ],
    [
      'the conditions of a queue policy',
      holders.queue(
        statements(6, {
          Condition: { StringEquals: { 'aws:SourceAccount': 'x' }, ArnEquals: { 'aws:SourceArn': 'arn:a:b:c:d:e' } },
        }),
      ),
      'the queue policy has 12 conditions; the most is 10',
    ],
    ['a topic policy', holders.topic(padded(30_720)), 'bytes without white space; the most is 30720'],
    ['the statements of a topic policy', holders.topic(statements(101)), 'has 101 statements; the most is 100'],
    ['a key policy', holders.key(padded(32_768)), 'bytes without white space; the most is 32768'],
    [
      'an event pattern',
      { Rule: { Type: 'AWS::Events::Rule', Properties: { EventPattern: { source: [x(2048)] } } } },
      'resource Rule (AWS::Events::Rule): property EventPattern: must have at most 2048 characters',
    ],
    [
      'the targets of a rule',
      {
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: {
            EventPattern: { source: ['a'] },
            Targets: Array.from({ length: 6 }, (_, index) => ({ Id: `${index}`, Arn: 'arn:aws:sqs:us-east-1:1:q' })),
          },
        },
      },
      'resource Rule (AWS::Events::Rule): property Targets: ',
    ],
    [
      'the name of a table',
      {
        Table: {
          Type: 'AWS::DynamoDB::Table',
          Properties: { TableName: 'ab', AttributeDefinitions: [], KeySchema: [] },
        },
      },
      'property TableName: must be the name of a table or an index: 3 to 255',
    ],
  ])('%s', async (_, resources, message) => {
    await expect(deploy(resources)).rejects.toThrow(message);
  });
});
