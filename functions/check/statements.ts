/**
 * What each side must have besides the roles' own statements (aws/policies.ts), ready to paste. Which policy each belongs into is
 * said by the remedy that carries it.
 */
import { destinationArn, encryptStatement } from '../aws/policies.ts';
import type { Pull, Route } from '../core/route.ts';

/** The trust policy of a writer role. The relay's role is a condition, so that it may be re-created: docs/decisions/0001. */
export function trustStatement(route: Route, relayRoleArn: string) {
  return trusting([relayRoleArn], route.externalId);
}

/** The trust policy of a reader role, which replay assumes as well. */
export function readerTrustStatement({ externalId }: Pull, relayRoleArn: string, replayRoleArn: string | undefined) {
  return trusting(replayRoleArn === undefined ? [relayRoleArn] : [relayRoleArn, replayRoleArn], externalId);
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

/** The key's own policy. Within its account it grants by itself, so it bounds the use of the key as the role's policy does. */
export function keyStatement(route: Route, kmsKeyArn: string) {
  const { Action, Condition } = encryptStatement(route, kmsKeyArn);
  return {
    Sid: 'LetTheWriterEncrypt',
    Effect: 'Allow',
    Principal: { AWS: route.writerRoleArn },
    Action,
    Resource: '*',
    Condition,
  };
}

/** The destination bucket's policy. */
export function tlsStatement(route: Route) {
  return {
    Sid: 'RefusePlainHttp',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [destinationArn(route), `${destinationArn(route)}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

/** The relay role's policy: the way to the destinations, and to the sources that are pulled. */
export function assumeStatement(roleArn: string) {
  return { Sid: 'AssumeRoles', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArn };
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
