/** What the test of a kill has deployed: a bucket that tells a queue of each object, and a table. */
import { Agent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { LocalCloud } from '../../../cloud.ts';
import { type StackInput, templateStack } from '../../../templates/assembly.ts';
import { letS3Send } from './queue-policy.ts';

export const ACCOUNT = '111111111111';
export const REGION = 'eu-west-1';
export const BUCKET = 'drops';
export const TABLE = 'ledger';
export const QUEUE_ARN = `arn:aws:sqs:${REGION}:${ACCOUNT}:events`;

export function keptStack(): StackInput {
  const Resources = {
    Bucket: {
      Type: 'AWS::S3::Bucket',
      DependsOn: 'QueuePolicy',
      Properties: {
        BucketName: BUCKET,
        VersioningConfiguration: { Status: 'Enabled' },
        NotificationConfiguration: { QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: QUEUE_ARN }] },
      },
    },
    QueuePolicy: letS3Send('Events', { ArnEquals: { 'aws:SourceArn': `arn:aws:s3:::${BUCKET}` } }),
    Events: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'events' } },
    Ledger: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: TABLE,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      },
    },
  };
  return templateStack({ name: 'Kept', account: ACCOUNT, region: REGION, template: { Resources } });
}

/** For clients of the account's operator. */
export function clientSettings(cloud: LocalCloud) {
  return {
    endpoint: cloud.url,
    region: REGION,
    credentials: cloud.operator(ACCOUNT),
    requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) }),
  };
}
