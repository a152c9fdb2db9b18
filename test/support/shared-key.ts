/** What else a key protects: another bucket of the same account, which lets everybody of that account in. */
import { type StackInput, templateStack } from '../../emulator/index.ts';
import { REGION } from './two-accounts.ts';

/** @param sessionArns sessions that it lets in by name, whatever their session policies say */
export function sharedKeyStack(account: string, kmsKeyArn: string, sessionArns: string[] = []): StackInput {
  const BucketName = sharedKeyBucket(account);
  const encryption = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKeyArn };
  const use = { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: `arn:aws:s3:::${BucketName}/*` };
  const Statement = [
    { ...use, Principal: '*', Condition: { StringEquals: { 'aws:PrincipalAccount': account } } },
    ...sessionArns.map((AWS) => ({ ...use, Principal: { AWS } })),
  ];
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
              ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: encryption }],
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
