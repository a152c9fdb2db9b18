/** What the local S3 can't say: notifications to topics and functions, and an answer of AWS's in other letters. */
import type { GetBucketNotificationConfigurationCommandOutput } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import type { Door } from '../../../../functions/check/door-context.ts';
import { bucketTells } from '../../../../functions/check/notification.ts';
import type { DoorSettings } from '../../../../functions/core/settings.ts';

const queueArn = 'arn:aws:sqs:us-east-1:111111111111:upload-relay';
const topicArn = 'arn:aws:sns:us-east-1:111111111111:uploads';
const LambdaFunctionConfigurations = [
  {
    LambdaFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:other',
    Events: ['s3:ObjectRemoved:*' as const],
  },
];

type Answer = Omit<GetBucketNotificationConfigurationCommandOutput, '$metadata'>;

function told(settings: Partial<DoorSettings>, answer: Answer) {
  const door = {
    config: { sourceBucket: 'source', sourceAccount: '111111111111', door: { queueArn, ...settings } },
    clients: { s3: { send: async () => ({ ...answer, $metadata: {} }) } },
  } as unknown as Door;
  return bucketTells(door);
}

describe('a topic', () => {
  test('is told', async () => {
    const TopicConfigurations = [{ TopicArn: topicArn, Events: ['s3:ObjectCreated:*' as const] }];
    expect(await told({ topicArn }, { TopicConfigurations })).toEqual({ status: 'ok', found: `to ${topicArn}` });
  });

  test('is told no more, and what to set keeps the others', async () => {
    expect(await told({ topicArn }, { LambdaFunctionConfigurations })).toMatchObject({
      status: 'failed',
      found: 'no notification leads to the topic',
      remedy: {
        statement: {
          LambdaFunctionConfigurations,
          TopicConfigurations: [{ TopicArn: topicArn, Events: ['s3:ObjectCreated:*'] }],
        },
      },
    });
  });
});

describe('the queue', () => {
  const filters = [{ prefix: 'in/', suffix: '.csv' }];
  const ofQueue = (Name: 'Prefix' | 'prefix', Value: string) => ({
    QueueArn: queueArn,
    Events: ['s3:ObjectCreated:*' as const],
    Filter: {
      Key: {
        FilterRules: [
          { Name: Name as 'prefix', Value },
          { Name: 'suffix' as const, Value: '.csv' },
        ],
      },
    },
  });

  test('is told, however S3 writes the names of rules', async () => {
    const QueueConfigurations = [ofQueue('Prefix', 'in/')];
    expect(await told({ filters }, { QueueConfigurations })).toEqual({ status: 'ok', found: `to ${queueArn}` });
  });

  test('is told no more, since somebody else’s notifications have taken the place', async () => {
    expect(await told({ filters }, { LambdaFunctionConfigurations, EventBridgeConfiguration: {} })).toMatchObject({
      status: 'failed',
      found: "no notification leads to the relay's queue, and 1 lead elsewhere",
      remedy: {
        statement: {
          LambdaFunctionConfigurations,
          EventBridgeConfiguration: {},
          QueueConfigurations: [ofQueue('prefix', 'in/')],
        },
      },
    });
  });
});

test('a bucket that was deleted is told, and no permission is asked for', async () => {
  const gone = Object.assign(new Error('The specified bucket does not exist'), { name: 'NoSuchBucket' });
  const door = {
    config: { sourceBucket: 'source', sourceAccount: '111111111111', door: { queueArn } },
    clients: { s3: { send: () => Promise.reject(gone) } },
  } as unknown as Door;
  const finding = await bucketTells(door);
  expect(finding).toMatchObject({ status: 'failed', found: 'there is no such bucket' });
  expect(finding.remedy?.statement).toBeUndefined();
});
