import type { PullingRoute } from '../aws/session-policy.ts';
import type { Pull, Route } from '../route.ts';

/**
 * What each side must have, ready to paste: the statements that `infra/` writes. Which policy each belongs into is said by the
 * remedy that carries it.
 */

/** The trust policy of a writer role. The relay's role is a condition, so that it may be re-created: docs/decisions/0001. */
export function trustStatement(route: Route, relayRoleArn: string) {
  return trusting([relayRoleArn], route.externalId);
}

/** The trust policy of a reader role, which replay assumes as well. */
export function readerTrustStatement({ externalId }: Pull, relayRoleArn: string, replayRoleArn: string) {
  return trusting([relayRoleArn, replayRoleArn], externalId);
}

function trusting(roleArns: string[], externalId: string) {
  const [, partition, , , account] = roleArns[0]!.split(':');
  return {
    Sid: 'TrustTheRelay',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${account}:root` },
    Action: 'sts:AssumeRole',
    Condition: {
      ArnEquals: { 'aws:PrincipalArn': roleArns.length > 1 ? roleArns : roleArns[0] },
      StringEquals: { 'sts:ExternalId': externalId },
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

/** The relay role's policy: the way to the destinations, and to the sources that are pulled. */
export function assumeStatement(roleArn: string) {
  return { Sid: 'AssumeRoles', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArn };
}

/** The reader role's policy. */
export function readerReadStatement({ pull, filter, copyTags }: PullingRoute) {
  return {
    Sid: 'ReadObjects',
    Effect: 'Allow',
    Action: copyTags ? ['s3:GetObject', 's3:GetObjectTagging'] : ['s3:GetObject'],
    Resource: `arn:${partitionOf(pull.readerRoleArn)}:s3:::${pull.bucket}/${filter.prefix}*`,
  };
}

export function readerListStatement({ pull, filter }: PullingRoute) {
  return {
    Sid: 'ListObjects',
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: `arn:${partitionOf(pull.readerRoleArn)}:s3:::${pull.bucket}`,
    ...(filter.prefix !== '' && { Condition: { StringLike: { 's3:prefix': `${filter.prefix}*` } } }),
  };
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
