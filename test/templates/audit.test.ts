/** `relay.audit`: the report bucket, what replay may do in it, its schedule, and which configurations are refused. */
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../infra/config/config.ts';
import { replaySettings } from '../../infra/config/function-settings.ts';
import { reportBucket } from '../../infra/names.ts';
import { committedContext, pullingRoute, templatesOf } from '../support/stacks.ts';

const KEY = 'arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012';
const context = (relay: object) => ({ ...committedContext(), relay: { ...relay } });
const sourceOf = (relay: object) => templatesOf(context(relay)).source;

/** The statements of replay's role about reports. */
function reportStatements(template: Template): Record<string, unknown>[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  return statements.filter(({ Sid }: { Sid?: string }) => /Report/.test(Sid ?? ''));
}

test('the stack creates a bucket that is private, encrypted and reached by TLS, and removes leftovers', () => {
  const template = sourceOf({});
  const { bucket, prefix } = replaySettings(parseConfig(context({}))).audit;
  expect([bucket, prefix]).toEqual(['upload-relay-reports-111111111111-98b43', 'audit/']);
  template.hasResource('AWS::S3::Bucket', {
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: {
      BucketName: bucket,
      BucketEncryption: { ServerSideEncryptionConfiguration: Match.anyValue() },
      PublicAccessBlockConfiguration: Match.objectLike({ BlockPublicAcls: true, RestrictPublicBuckets: true }),
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, Status: 'Enabled' }),
          { Id: 'remove-leftovers', Prefix: 'audit/work/', ExpirationInDays: 30, Status: 'Enabled' },
        ],
      },
    },
  });
  template.resourceCountIs('AWS::S3::Bucket', 2);
  template.resourceCountIs('AWS::S3::BucketPolicy', 2);
});

test('replay may write reports, and read only what it puts them together from', () => {
  expect(reportStatements(sourceOf({}))).toEqual([
    {
      Sid: 'WriteReports',
      Effect: 'Allow',
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::upload-relay-reports-111111111111-98b43/audit/*',
    },
    {
      Sid: 'ReadReportWork',
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::upload-relay-reports-111111111111-98b43/audit/work/*',
    },
  ]);
});

test('a bucket that is named is used as it is, with its key', () => {
  const template = sourceOf({ audit: { bucket: 'signed-off', prefix: 'relay/', kmsKeyArn: KEY } });
  template.resourceCountIs('AWS::S3::Bucket', 1);
  template.hasOutput('ReportBucketName', { Value: 'signed-off' });
  expect(reportStatements(template)).toMatchObject([
    { Resource: 'arn:aws:s3:::signed-off/relay/*' },
    { Resource: 'arn:aws:s3:::signed-off/relay/work/*' },
    {
      Sid: 'EncryptReports',
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: KEY,
      Condition: {
        StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
        StringLike: {
          'kms:EncryptionContext:aws:s3:arn': ['arn:aws:s3:::signed-off', 'arn:aws:s3:::signed-off/relay/*'],
        },
      },
    },
  ]);
});

test('a schedule is one of Scheduler’s, beside those of replays', () => {
  const audit = { schedule: 'cron(0 6 1 * ? *)', timeZone: 'Europe/Berlin', route: 'main', defuseFormulas: true };
  const replays = [{ name: 'audit', schedule: 'rate(1 day)' }];
  const template = sourceOf({ audit, replays });
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    Name: '_audit',
    GroupName: 'upload-relay',
    ScheduleExpression: 'cron(0 6 1 * ? *)',
    ScheduleExpressionTimezone: 'Europe/Berlin',
    Target: Match.objectLike({ Input: '{"audit":{"route":"main","defuseFormulas":true}}' }),
  });
});

test('without replay there is neither bucket nor output', () => {
  const template = sourceOf({ replay: false });
  template.resourceCountIs('AWS::S3::Bucket', 1);
  expect(template.findOutputs('ReportBucketName')).toEqual({});
});

test('the longest name, with capitals, makes a bucket name, and one for each relay', () => {
  const named = (name: string, region = 'us-east-1') => {
    const { source, relay } = parseConfig(context({ name }));
    return reportBucket({ source: { ...source, region }, relay });
  };
  expect(named('A'.repeat(36))).toMatch(/^[a-z0-9-]{63}$/);
  expect(new Set([named('one'), named('One'), named('one', 'eu-west-1')]).size).toBe(3);
});

describe('refused, by field and what stands there', () => {
  const { bucket } = committedContext().source;
  test.each<[object, string]>([
    [{ audit: { bucket: 'A_b' } }, 'field "relay.relay.audit.bucket" is "A_b": must be a bucket name'],
    [{ audit: { bucket } }, `field "relay.relay.audit.bucket" is "${bucket}": a route reads it`],
    [{ audit: { prefix: '' } }, 'field "relay.relay.audit.prefix" is "": must be a folder'],
    [{ audit: { prefix: '/' } }, 'field "relay.relay.audit.prefix" is "/": must be a folder'],
    [{ audit: { prefix: 'reports' } }, 'field "relay.relay.audit.prefix" is "reports": must be a folder'],
    [{ audit: { prefix: 'a*/' } }, 'field "relay.relay.audit.prefix" is "a*/": must not contain *'],
    [{ audit: { schedule: 'monthly' } }, 'field "relay.relay.audit.schedule" is "monthly": must be a rate'],
    [{ audit: { timeZone: 'Mars' } }, 'field "relay.relay.audit.timeZone" is "Mars": must be a time zone'],
    [{ audit: { route: 'letters' } }, 'field "relay.relay.audit.route" is "letters": there is no such route'],
    [{ audit: { kmsKeyArn: 'alias/a' } }, 'field "relay.relay.audit.kmsKeyArn" is "alias/a": must be the ARN'],
    [{ audit: { kmsKeyArn: KEY.replace('us-east-1', 'eu-west-1') } }, 'S3 takes no key of another region'],
    [{ audit: { every: 'day' } }, 'relay.relay.audit.every'],
    [{ audit: { route: 'main' } }, 'field "relay.relay.audit.route" is "main": it is of the scheduled audit alone'],
    [{ audit: { defuseFormulas: true } }, 'field "relay.relay.audit.defuseFormulas" is true: it is of the scheduled'],
    [{ audit: { timeZone: 'Europe/Berlin' } }, 'field "relay.relay.audit.timeZone" is "Europe/Berlin": it is of the'],
    [
      { replay: false, audit: { schedule: 'rate(1 day)' } },
      'field "relay.relay.audit.schedule" is "rate(1 day)": nothing would write a report',
    ],
  ])('%j', (relay, sentence) => expect(() => parseConfig(context(relay))).toThrow(sentence));

  test('a schedule that names no route, where every route pulls', () => {
    const pulling = { ...context({ audit: { schedule: 'rate(1 day)' } }), routes: [pullingRoute()] };
    delete pulling.source.bucket;
    expect(() => parseConfig(pulling)).toThrow('field "relay.relay.audit.route" is missing: every route has "pull"');
  });

  test('a bucket that a customer owns', () => {
    const { bucket: pulled } = pullingRoute()['pull'] as { bucket: string };
    const pulling = {
      ...context({ audit: { bucket: pulled } }),
      routes: [...committedContext().routes, pullingRoute()],
    };
    expect(() => parseConfig(pulling)).toThrow(`field "relay.relay.audit.bucket" is "${pulled}": a route reads it`);
  });
});
