import { Match, type Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { MAX_RECEIVES } from '../../infra/config/function-settings.ts';
import { committedContext, templatesOf } from '../support/stacks.ts';

const { source, destinations } = templatesOf(committedContext());

test('a message costs five tries at most, and some receives more to be set aside', () => {
  expect(MAX_RECEIVES).toBe(5);
  source.hasResourceProperties('AWS::SQS::Queue', {
    QueueName: 'upload-relay',
    RedrivePolicy: { maxReceiveCount: 60 },
  });
  source.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 2 });
});

test('what is left behind goes by itself', () => {
  const keptFor = (template: Template, DaysAfterInitiation: number) =>
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation } })]),
      },
    });
  keptFor(source, 1);
  // As long as relay-large may be at an object.
  for (const template of destinations) keptFor(template, 7);
  for (const { Properties } of Object.values(source.findResources('AWS::SQS::Queue'))) {
    expect(Properties['MessageRetentionPeriod']).toBeLessThanOrEqual(14 * 24 * 3600);
  }
});
