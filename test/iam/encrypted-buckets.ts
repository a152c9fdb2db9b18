/** KMS keys and the buckets that somebody else has encrypted with them. */

import { type LocalCloud, type StackInput, type TemplateValue, templateStack } from '../../emulator/index.ts';
import { ACCOUNT_A, REGION, SOURCE_BUCKET } from '../support/two-accounts.ts';

/** The key of the account's bucket, where the configuration has one. */
export function keyOf(cloud: LocalCloud, account: string): string | undefined {
  try {
    return cloud.outputs('keys', account)['KeyArn'];
  } catch {
    return undefined;
  }
}

export function keys(account: string): StackInput {
  return templateStack({
    account,
    region: REGION,
    name: 'keys',
    template: {
      Resources: { Key: { Type: 'AWS::KMS::Key', Properties: {} } },
      Outputs: { KeyArn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
    },
  });
}

/** A bucket that somebody else made, with EventBridge turned on. */
export function existingSource(kmsKeyArn: string): StackInput {
  const properties = {
    BucketName: SOURCE_BUCKET,
    VersioningConfiguration: { Status: 'Enabled' },
    NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
  };
  return bucketUnderKey(ACCOUNT_A, 'existing-source', properties, kmsKeyArn);
}

export function bucketUnderKey(
  account: string,
  name: string,
  properties: Record<string, TemplateValue>,
  kmsKeyArn: string,
): StackInput {
  const encryption = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKeyArn };
  return templateStack({
    account,
    region: REGION,
    name,
    template: {
      Resources: {
        Bucket: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            ...properties,
            BucketEncryption: {
              ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: encryption }],
            },
          },
        },
      },
    },
  });
}
