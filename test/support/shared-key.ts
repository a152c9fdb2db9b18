/** What else a key protects: another bucket of the same account, which lets everybody of that account in. */
import { type StackInput, templateStack } from '../../local/assembly.ts';
import { REGION } from './two-accounts.ts';

export function sharedKeyStack(account: string, kmsKeyArn: string, bucketKey = false): StackInput {
  const BucketName = sharedKeyBucket(account);
  const encryption = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKeyArn };
  const Statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: `arn:aws:s3:::${BucketName}/*`,
    Condition: { StringEquals: { 'aws:PrincipalAccount': account } },
  };
  return templateStack({
    account,
    region: REGION,
    name: 'shared-key',
    template: {
      Resources: {
        Bucket: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            BucketName,
            BucketEncryption: {
              ServerSideEncryptionConfiguration: [
                { ServerSideEncryptionByDefault: encryption, BucketKeyEnabled: bucketKey },
              ],
            },
          },
        },
        Policy: {
          Type: 'AWS::S3::BucketPolicy',
          Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: { Version: '2012-10-17', Statement } },
        },
      },
    },
  });
}

export function sharedKeyBucket(account: string): string {
  return `shares-the-key-${account}`;
}
