/** What both sides deploy for a route that pulls from another account's bucket. */
import { App, Validations } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../infra/config/config.ts';
import { checkSettings, relaySettings, replaySettings } from '../../infra/config/function-settings.ts';
import { ReaderStack, readerGroups } from '../../infra/stacks/reader-stack.ts';
import { committedContext, pullingRoute, templatesOf } from '../support/stacks.ts';

const KEY_ARN = 'arn:aws:kms:us-east-1:333333333333:key/11111111-2222-3333-4444-555555555555';
const READER_ARN = 'arn:aws:iam::333333333333:role/upload-relay-reader';

/** The committed configuration with a route that pulls beside its own. */
function withPull(change?: Parameters<typeof pullingRoute>[0]) {
  const context = committedContext();
  context.routes.push(pullingRoute(change));
  return context;
}

/** A vendor's: nothing is dropped anywhere. */
function onlyPulls() {
  const context = committedContext();
  delete context.source.bucket;
  context.routes = [pullingRoute({ destination: { ...context.routes[0]!.destination } })];
  return context;
}

function readerRole(template: Template) {
  const [role, ...others] = Object.values(template.findResources('AWS::IAM::Role'));
  expect(others).toEqual([]);
  return role!.Properties;
}

function sids(template: Template, role: RegExp): string[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => role.test(Properties.Roles[0].Ref))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement.map(({ Sid }: { Sid: string }) => Sid));
}

describe('the customer’s side', () => {
  test('is one role, and nothing else', () => {
    const [reader] = templatesOf(withPull()).readers;
    expect(Object.values<{ Type: string }>(reader!.toJSON().Resources).map(({ Type }) => Type)).toEqual([
      'AWS::IAM::Role',
    ]);
    expect(Object.keys(reader!.toJSON().Parameters)).toEqual(['ServesRelay']);
  });

  test('the role lists and reads the whole bucket where the route takes everything', () => {
    const [reader] = templatesOf(withPull()).readers;
    expect(readerRole(reader!)).toMatchObject({ RoleName: 'upload-relay-reader', MaxSessionDuration: 3600 });
    expect(readerRole(reader!).Policies[0].PolicyDocument.Statement).toEqual([
      { Sid: 'ListObjects', Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::customer-333333333333' },
      { Sid: 'ReadObjects', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::customer-333333333333/*' },
    ]);
  });

  test('a prefix bounds the listing as well; tags and a key get their grants', () => {
    const route = { filter: { prefix: 'reports/' }, copyTags: true, pull: { kmsKeyArn: KEY_ARN } };
    const [reader] = templatesOf(withPull(route)).readers;
    expect(readerRole(reader!).Policies[0].PolicyDocument.Statement).toEqual([
      {
        Sid: 'ListObjects',
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::customer-333333333333',
        Condition: { StringLike: { 's3:prefix': 'reports/*' } },
      },
      {
        Sid: 'ReadObjects',
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:GetObjectTagging'],
        Resource: 'arn:aws:s3:::customer-333333333333/reports/*',
      },
      {
        Sid: 'DecryptObjects',
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: KEY_ARN,
        Condition: {
          StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
          StringLike: {
            'kms:EncryptionContext:aws:s3:arn': [
              'arn:aws:s3:::customer-333333333333',
              'arn:aws:s3:::customer-333333333333/reports/*',
            ],
          },
        },
      },
    ]);
  });

  test('the role lets in the relay and its replay, with the external id, and nobody else', () => {
    const [reader] = templatesOf(withPull()).readers;
    expect(readerRole(reader!).AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111111111111:root']] } },
        Condition: {
          ArnEquals: {
            'aws:PrincipalArn': [
              'arn:aws:iam::111111111111:role/upload-relay',
              'arn:aws:iam::111111111111:role/upload-relay-replay',
            ],
          },
          StringEquals: { 'sts:ExternalId': 'agreed-with-the-customer' },
        },
      },
    ]);
  });

  test('customers in two accounts get a stack each, and a configuration without one gets none', () => {
    const context = withPull();
    const other = { account: '444444444444', bucket: 'customer-444444444444' };
    const second = pullingRoute({ name: 'second', writerRoleName: 'second', pull: other });
    second.destination.prefix = 'second/';
    context.routes.push(second);
    expect(readerGroups(parseConfig(context)).map(({ id }) => id)).toEqual([
      'Reader-333333333333-us-east-1',
      'Reader-444444444444-us-east-1',
    ]);
    expect(readerGroups(parseConfig(committedContext()))).toEqual([]);
  });

  test('cdk-nag finds nothing in it that nobody has explained', () => {
    const app = new App({ analyticsReporting: false });
    const config = parseConfig(withPull({ filter: { prefix: 'reports/' }, pull: { kmsKeyArn: KEY_ARN } }));
    for (const { id, ...group } of readerGroups(config)) new ReaderStack(app, id, { config, ...group });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });
});

describe('the relay’s side', () => {
  const { source } = templatesOf(withPull());

  test('relay and replay may become the reader, and read nothing more by themselves', () => {
    for (const role of [/^RelayRole/, /^ReplayRole/]) {
      const found = Object.values(source.findResources('AWS::IAM::Policy'))
        .filter(({ Properties }) => role.test(Properties.Roles[0].Ref))
        .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
      expect(found).toContainEqual({
        Sid: 'AssumeReaderRoles',
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Resource: READER_ARN,
      });
      expect(JSON.stringify(found)).not.toContain('customer-333333333333');
    }
  });

  test('what is dropped into the relay’s own bucket is told of as if there were no other route', () => {
    const context = committedContext();
    context.routes[0]!['filter'] = { prefix: 'in/' };
    context.routes.push(pullingRoute());
    const [bucket] = Object.values(templatesOf(context).source.findResources('AWS::S3::Bucket'));
    expect(bucket!.Properties.NotificationConfiguration.QueueConfigurations[0].Filter).toEqual({
      S3Key: { Rules: [{ Name: 'prefix', Value: 'in/' }] },
    });
  });

  test('its functions know where the route reads', () => {
    const pull = {
      account: '333333333333',
      region: 'us-east-1',
      bucket: 'customer-333333333333',
      readerRoleArn: READER_ARN,
      externalId: 'agreed-with-the-customer',
    };
    const config = parseConfig(withPull());
    for (const { routes } of [relaySettings(config), checkSettings(config)]) {
      expect(routes.map((route) => route.pull)).toEqual([pull, undefined]);
    }
    const { routes } = replaySettings(config);
    expect(routes[0]).toEqual({
      name: 'customer',
      filter: { prefix: '', suffix: '' },
      createOnly: false,
      pull,
      destination: { account: '222222222222', bucket: 'upload-relay-destination-222222222222', prefix: 'customer/' },
    });
  });

  test('when every route pulls, there is no source bucket, no notification and no right to read one', () => {
    const vendor = templatesOf(onlyPulls());
    vendor.source.resourceCountIs('AWS::S3::Bucket', 1);
    vendor.source.hasResourceProperties('AWS::S3::Bucket', { BucketName: 'upload-relay-reports-111111111111-98b43' });
    expect(JSON.stringify(vendor.source.toJSON().Outputs)).not.toContain('SourceBucketName');
    const reading = [...sids(vendor.source, /^RelayRole/), ...sids(vendor.source, /^ReplayRole/)].filter((sid) =>
      ['ReadObjects', 'TellMissingObjects', 'ListObjects', 'SendUploads'].includes(sid),
    );
    expect(reading).toEqual([]);
    expect(relaySettings(parseConfig(onlyPulls())).sourceBucket).toBeUndefined();
  });
});

describe('a mistake is one sentence that names the field', () => {
  test.each<[string, () => unknown, string]>([
    [
      'the relay’s own bucket, pulled',
      () => withPull({ pull: { bucket: 'upload-relay-source-111111111111' } }),
      'field "relay.routes.1.pull.bucket" is the source bucket "upload-relay-source-111111111111", which the relay reads by itself',
    ],
    [
      'a reader role that is a writer role',
      () => withPull({ pull: { account: '222222222222', readerRoleName: 'upload-relay-writer' } }),
      'field "relay.routes.1.pull.readerRoleName" is "upload-relay-writer", as in "relay.routes.0.writerRoleName"',
    ],
    [
      'no external id',
      () => withPull({ pull: { externalId: undefined } }),
      'field "relay.routes.1.pull.externalId" is missing',
    ],
    [
      'an event’s route without a bucket',
      () => {
        const context = committedContext();
        delete context.source.bucket;
        return context;
      },
      'field "relay.source.bucket" is missing: it may be only when every route has "pull"',
    ],
    [
      'a bucket that nobody takes from',
      () => ({ ...onlyPulls(), source: committedContext().source }),
      'field "relay.source.bucket" is "upload-relay-source-111111111111", but every route has "pull"',
    ],
    [
      'a route that feeds one that pulls',
      () => {
        const context = withPull();
        context.routes[0]!.destination.bucket = 'customer-333333333333';
        return context;
      },
      'field "relay.routes.0.destination" is the bucket "customer-333333333333" with prefix "incoming/", where a route would take the object again',
    ],
  ])('%s', (_, context, sentence) => {
    expect(() => parseConfig(context())).toThrow(sentence);
  });
});
