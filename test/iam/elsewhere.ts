import { type StackInput, templateStack } from '../../emulator/index.ts';
import { REGION } from '../support/two-accounts.ts';

/** Other people's things in the same account: whoever may reach them has been given too much. */
export function elsewhere(account: string): StackInput {
  return templateStack({
    account,
    region: REGION,
    name: 'elsewhere',
    template: {
      Resources: {
        Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: elsewhereBucket(account) } },
        // No configuration knows it.
        Further: { Type: 'AWS::S3::Bucket', Properties: { BucketName: furtherBucket(account) } },
        Key: { Type: 'AWS::KMS::Key', Properties: {} },
        Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'elsewhere' } },
        Table: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            TableName: 'elsewhere',
            BillingMode: 'PAY_PER_REQUEST',
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          },
        },
        // It lets in whomever its account lets go: only the caller's own policies stand between.
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            RoleName: 'elsewhere',
            AssumeRolePolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' },
              ],
            },
          },
        },
      },
      Outputs: { KeyArn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
    },
  });
}

export function furtherBucket(account: string): string {
  return `further-${account}`;
}

export function elsewhereBucket(account: string): string {
  return `elsewhere-${account}`;
}
