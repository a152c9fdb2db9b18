import { App, Aws, CfnParameter, Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import type { RelayContext } from '../../infra/config/relay-context.ts';
import { DEFAULT_NAME } from '../../infra/config/relay-schema.ts';
import {
  UploadDestination,
  type UploadDestinationProps,
  UploadReader,
  type UploadReaderProps,
} from '../../infra/index.ts';
import { DEFAULT_REPLAY_ROLE, relayNames } from '../../infra/names.ts';

const RELAY = { relayAccount: '111111111111', externalId: 'agreed-on' };
const ENV = { account: '222222222222', region: 'eu-west-1' };

type PropsIn<P> = (stack: Stack) => Partial<P>;

function destination(propsOf: PropsIn<UploadDestinationProps> = () => ({}), env: object = { env: ENV }) {
  const stack = new Stack(new App({ analyticsReporting: false }), 'B', env);
  const made = new UploadDestination(stack, 'FromA', { ...RELAY, ...propsOf(stack) });
  return { stack, made };
}

function reader(propsOf: PropsIn<UploadReaderProps> = () => ({})) {
  const stack = new Stack(new App({ analyticsReporting: false }), 'C', { env: ENV });
  const bucket = Bucket.fromBucketName(stack, 'Data', 'data-222222222222');
  return { stack, made: new UploadReader(stack, 'ForA', { ...RELAY, bucket, ...propsOf(stack) }) };
}

const statementsOf = (stack: Stack) => {
  const [role] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
  return role!['Properties']['Policies'][0]['PolicyDocument']['Statement'] as Record<string, unknown>[];
};

describe('an UploadDestination', () => {
  test('makes a bucket that is kept, and a role that trusts the one role of account A', () => {
    const { stack, made } = destination(() => ({ bucketName: 'deliveries' }));
    const template = Template.fromStack(stack);
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    template.hasResourceProperties('AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });
    template.hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'upload-relay-writer',
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Condition: {
              ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/upload-relay' },
              StringEquals: { 'sts:ExternalId': 'agreed-on' },
            },
          }),
        ],
      },
    });
    expect(statementsOf(stack)).toMatchObject([{ Action: 's3:PutObject', Resource: 'arn:aws:s3:::deliveries/*' }]);
    expect(stack.resolve(made.roleArn)).toEqual({ 'Fn::GetAtt': [expect.any(String), 'Arn'] });
  });

  test('writes into a bucket of the app’s own, with the key that it has', () => {
    const { stack, made } = destination((scope) => {
      const encryptionKey = new Key(scope, 'Key');
      return { bucket: new Bucket(scope, 'Own', { encryptionKey }) as IBucket, prefix: 'in/' };
    });
    Template.fromStack(stack).resourceCountIs('AWS::S3::Bucket', 1);
    const [put, encrypt] = statementsOf(stack);
    expect(JSON.stringify(put!['Resource'])).toContain('/in/*');
    expect(stack.resolve(made.bucket.encryptionKey!.keyArn)).toEqual(encrypt!['Resource']);
    expect(encrypt!['Condition']).toMatchObject({ StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } });
  });

  test('is as the app wants it: names, paths, boundary, removal, tags', () => {
    const { stack } = destination((scope) => ({
      relayRoleName: 'r',
      relayRolePath: '/a/',
      roleName: 'w',
      rolePath: '/b/',
      versioned: false,
      removalPolicy: RemovalPolicy.DESTROY,
      removeIncompleteUploadsAfter: Duration.days(10),
      permissionsBoundary: ManagedPolicy.fromManagedPolicyName(scope, 'Boundary', 'boundary'),
      routeName: 'partner',
    }));
    Tags.of(stack).add('team', 'files');
    const template = Template.fromStack(stack);
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: Match.absent(),
      LifecycleConfiguration: {
        Rules: [Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 10 } })],
      },
      Tags: [{ Key: 'team', Value: 'files' }],
    });
    template.hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'w',
      Path: '/b/',
      Description: 'Upload Relay, route partner: puts objects for account 111111111111',
      PermissionsBoundary: Match.anyValue(),
      Tags: [{ Key: 'team', Value: 'files' }],
    });
    expect(JSON.stringify(template)).toContain('arn:aws:iam::111111111111:role/a/r');
  });

  test('takes a boundary from an aspect', () => {
    const { stack, made } = destination();
    PermissionsBoundary.of(made).apply(ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { PermissionsBoundary: Match.anyValue() });
  });

  test('takes values that only the deployment knows', () => {
    const { stack } = destination(
      (scope) => ({
        relayAccount: new CfnParameter(scope, 'Account').valueAsString,
        externalId: new CfnParameter(scope, 'Id').valueAsString,
        bucketName: `deliveries-${Aws.ACCOUNT_ID}`,
        prefix: new CfnParameter(scope, 'Prefix', { allowedPattern: UploadDestination.PREFIX_PATTERN }).valueAsString,
        createOnly: true,
      }),
      {},
    );
    const text = JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Role'));
    for (const id of ['Account', 'Id', 'Prefix', 'AWS::Partition']) expect(text).toContain(`{"Ref":"${id}"}`);
  });

  test('may stand several times in a stack', () => {
    const { stack } = destination();
    const more = { prefix: 'b/', roleName: 'second' };
    new UploadDestination(stack, 'Second', {
      ...RELAY,
      ...more,
      bucket: Bucket.fromBucketName(stack, 'X', 'existing'),
    });
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 2);
  });

  test.each<[string, PropsIn<UploadDestinationProps>, string]>([
    [
      'relayAccount',
      () => ({ relayAccount: '11111111111' }),
      'is "11111111111": must be the 12 digits of an AWS account',
    ],
    ['relayAccount', () => ({ relayAccount: 11111111111 as never }), 'was it "011111111111"?'],
    ['externalId', () => ({ externalId: undefined as never }), 'is missing: must be a text'],
    ['externalId', () => ({ externalId: 'a b' }), 'is "a b": must be 2 to 1,224'],
    ['relayRoleName', () => ({ relayRoleName: '*' }), 'is "*": must be a role name'],
    ['relayRolePath', () => ({ relayRolePath: '/*/' }), 'is "/*/": must be "/"'],
    ['bucketName', () => ({ bucketName: 'No' }), 'is "No": must be a bucket name'],
    ['prefix', () => ({ prefix: 'in/*' }), 'must not contain *, ? or $'],
    // A variable of IAM.
    ['prefix', () => ({ prefix: '${aws:username}/' }), 'must not contain *, ? or $'],
    [
      'prefix',
      (s) => ({ prefix: new CfnParameter(s, 'P').valueAsString }),
      "is a token, and what it will be can't be looked at",
    ],
    ['relayRoleName', (s) => ({ relayRoleName: new CfnParameter(s, 'P').valueAsString }), 'is a token'],
    ['roleName', () => ({ roleName: 'a role' }), 'is "a role": must be a role name'],
    ['rolePath', () => ({ rolePath: 'team' }), 'is "team": must be "/"'],
    [
      'versioned',
      (s) => ({ versioned: true, bucket: Bucket.fromBucketName(s, 'X', 'existing') }),
      'is "true": it is for a new bucket, and "bucket" names one; remove either',
    ],
    [
      'removeIncompleteUploadsAfter',
      () => ({ removeIncompleteUploadsAfter: Duration.days(1) }),
      'is "1 day": a large object may take 7 days',
    ],
    [
      'createOnly',
      (s) => ({ createOnly: true, bucket: Bucket.fromBucketName(s, 'X', 'existing') }),
      'is true: the bucket is not of this app',
    ],
    [
      'encryptionKey',
      (s) => ({
        encryptionKey: Key.fromKeyArn(
          s,
          'K',
          'arn:aws:kms:us-east-1:222222222222:key/11111111-1111-1111-1111-111111111111',
        ),
      }),
      'the key is in the region "us-east-1", the bucket in "eu-west-1"',
    ],
  ])('names the prop that is wrong: %s', (prop, propsOf, words) => {
    expect(() => destination(propsOf)).toThrow(`UploadDestination "B/FromA": prop "${prop}" `);
    expect(() => destination(propsOf)).toThrow(words);
  });
});

describe('an UploadReader', () => {
  test('knows replay’s role of a relay that nobody has named', () => {
    const relay = { name: DEFAULT_NAME } as RelayContext['relay'];
    const source = { region: 'eu-west-1', account: '111111111111' } as RelayContext['source'];
    expect(relayNames({ source, relay }).replayRole).toBe(DEFAULT_REPLAY_ROLE);
  });

  test('makes a role that lists and reads one prefix, for the relay and for replay', () => {
    const { stack, made } = reader(() => ({ prefix: 'out/' }));
    expect(statementsOf(stack)).toMatchObject([
      {
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::data-222222222222',
        Condition: { StringLike: { 's3:prefix': 'out/*' } },
      },
      { Action: 's3:GetObject', Resource: 'arn:aws:s3:::data-222222222222/out/*' },
    ]);
    const trusted = ['upload-relay', 'upload-relay-replay'].map((name) => `arn:aws:iam::111111111111:role/${name}`);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'upload-relay-reader',
      AssumeRolePolicyDocument: {
        Statement: [Match.objectLike({ Condition: Match.objectLike({ ArnEquals: { 'aws:PrincipalArn': trusted } }) })],
      },
    });
    expect(stack.resolve(made.roleArn)).toEqual({ 'Fn::GetAtt': [expect.any(String), 'Arn'] });
  });

  test.each<[string, PropsIn<UploadReaderProps>, string]>([
    ['relayAccount', () => ({ relayAccount: '' }), 'is "": must be the 12 digits'],
    ['prefix', () => ({ prefix: 'in?' }), 'must not contain *, ? or $'],
    ['replayRoleName', () => ({ replayRoleName: 'a*' }), 'is "a*": must be a role name'],
    ['replayRoleName', () => ({ replayRoleName: 'a', replay: false }), '"replay" is false'],
    ['replayRoleName', (s) => ({ replayRoleName: new CfnParameter(s, 'P').valueAsString }), 'is a token'],
    ['roleName', () => ({ roleName: '' }), 'must be a role name'],
    ['bucket', () => ({ bucket: undefined as never }), 'is missing: must be the bucket that is read'],
  ])('names the prop that is wrong: %s', (prop, propsOf, words) => {
    expect(() => reader(propsOf)).toThrow(`UploadReader "C/ForA": prop "${prop}" `);
    expect(() => reader(propsOf)).toThrow(words);
  });
});
