import { expect, test } from 'vitest';
import { committedContext, templatesOf } from '../support/stacks.ts';

const { source, destinations } = templatesOf(committedContext());

test('a message costs five tries at most', () => {
  source.hasResourceProperties('AWS::SQS::Queue', { QueueName: 'upload-relay', RedrivePolicy: { maxReceiveCount: 5 } });
  source.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 2 });
});

test('what is left behind goes by itself', () => {
  for (const template of [source, ...destinations]) {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }] },
    });
  }
  for (const { Properties } of Object.values(source.findResources('AWS::SQS::Queue'))) {
    expect(Properties['MessageRetentionPeriod']).toBeLessThanOrEqual(14 * 24 * 3600);
  }
});
