import type { Route } from '../route.ts';

/**
 * What each side must have, ready to paste: the statements that `infra/` writes. Which policy each belongs into is said by the
 * remedy that carries it.
 */

/** The trust policy of a writer role. The relay's role is a condition, so that it may be re-created: docs/decisions/0001. */
export function trustStatement(route: Route, relayRoleArn: string) {
  const [, partition, , , account] = relayRoleArn.split(':');
  return {
    Sid: 'TrustTheRelay',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${account}:root` },
    Action: 'sts:AssumeRole',
    Condition: {
      ArnEquals: { 'aws:PrincipalArn': relayRoleArn },
      StringEquals: { 'sts:ExternalId': route.externalId },
    },
  };
}

/** The writer role's policy: all that it needs, but for a KMS key. */
export function putStatement(route: Route) {
  const { prefix } = route.destination;
  return {
    Sid: 'PutObjects',
    Effect: 'Allow',
    Action: route.copyTags ? ['s3:PutObject', 's3:PutObjectTagging'] : ['s3:PutObject'],
    Resource: `${bucketArn(route)}/${prefix}*`,
  };
}

/** The writer role's policy, for a bucket that encrypts with a customer managed key. Decrypt is for objects in parts. */
export function encryptStatement(keyArn: string) {
  return {
    Sid: 'EncryptObjects',
    Effect: 'Allow',
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: keyArn,
  };
}

/** The key's own policy. */
export function keyStatement(route: Route) {
  return {
    Sid: 'LetTheWriterEncrypt',
    Effect: 'Allow',
    Principal: { AWS: route.writerRoleArn },
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: '*',
  };
}

/** The destination bucket's policy. */
export function tlsStatement(route: Route) {
  return {
    Sid: 'RefusePlainHttp',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [bucketArn(route), `${bucketArn(route)}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

/** The relay role's policy: the way to the destinations. */
export function assumeStatement(route: Route) {
  return { Sid: 'AssumeWriterRoles', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: route.writerRoleArn };
}

/** The relay role's policy: reading. */
export function readStatement(sourceBucket: string, prefix: string, partition: string, withTags: boolean) {
  const tagging = withTags ? ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'] : [];
  return {
    Sid: 'ReadObjects',
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:GetObjectVersion', ...tagging],
    Resource: `arn:${partition}:s3:::${sourceBucket}/${prefix}*`,
  };
}

export function listStatement(sourceBucket: string, partition: string) {
  return {
    Sid: 'TellMissingObjects',
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: `arn:${partition}:s3:::${sourceBucket}`,
  };
}

export function decryptStatement(keyArn: string) {
  return { Sid: 'DecryptObjects', Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn };
}

/** Settings of a bucket, in the form of `aws s3api put-bucket-ownership-controls` and its like. */
export const OWNER_ENFORCED = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] };
export const NO_DEFAULT_RETENTION = { ObjectLockEnabled: 'Enabled' };
export const NO_PUBLIC_ACCESS = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

export function partitionOf(arn: string): string {
  return arn.split(':')[1] ?? 'aws';
}

function bucketArn({ writerRoleArn, destination }: Route): string {
  return `arn:${partitionOf(writerRoleArn)}:s3:::${destination.bucket}`;
}
