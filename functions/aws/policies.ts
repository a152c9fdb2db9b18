/**
 * What each role needs, statement by statement. The stacks deploy these statements, sessions are confined by them, and the check
 * shows them to whoever must change a policy. Pure.
 */
import { CANARY_PREFIX } from '../core/reserved-keys.ts';
import { commonStart, type Pull, type Route } from '../core/route.ts';

/** The relay's own bucket, and what its routes take of it. */
export interface OwnObjects {
  bucketArn: string;
  /** At least one. The statement about the key uses what they have in common, since a condition can't grow with the routes. */
  prefixes: readonly string[];
  withTags: boolean;
  /** Whether canaries are dropped there. */
  withCanary: boolean;
  kmsKeyArn?: string | undefined;
}

export interface Statement {
  Sid: string;
  Effect: 'Allow';
  Principal?: { AWS: string } | { Service: string };
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** A statement of a role's policy. */
export type RoleStatement = Statement & { Resource: string | string[] };

/** As much of a route as the writer role's policy depends on. */
export interface Written extends Pick<Route, 'writerRoleArn' | 'copyTags'> {
  destination: Pick<Route['destination'], 'bucket' | 'region' | 'prefix' | 'kmsKeyArn'>;
}

/** As much of a route as the reader role's policy depends on. */
export interface Read extends Pick<Route, 'copyTags'> {
  pull: Pick<Pull, 'bucket' | 'region' | 'readerRoleArn' | 'kmsKeyArn'>;
  filter: { prefix: string };
}

/**
 * The writer role's policy.
 * @param keyPrefix the key may be used for objects under it
 */
export function writeStatements(route: Written, keyPrefix = route.destination.prefix): RoleStatement[] {
  const { kmsKeyArn } = route.destination;
  return [putStatement(route), ...(kmsKeyArn === undefined ? [] : [encryptStatement(route, kmsKeyArn, keyPrefix)])];
}

export function putStatement(route: Written): RoleStatement {
  const Action = route.copyTags ? ['s3:PutObject', 's3:PutObjectTagging'] : 's3:PutObject';
  return allow('PutObjects', Action, `${destinationArn(route)}/${route.destination.prefix}*`);
}

/** For a bucket that encrypts with a customer managed key. */
export function encryptStatement(
  route: Written,
  kmsKeyArn: string,
  keyPrefix = route.destination.prefix,
): RoleStatement {
  return encryptUnder(kmsKeyArn, destinationArn(route), keyPrefix, route.destination.region);
}

/** @param region of the bucket */
export function encryptUnder(
  kmsKeyArn: string,
  bucketArn: string,
  prefix: string,
  region = regionOfKey(kmsKeyArn),
): RoleStatement {
  // Multipart uploads need Decrypt: S3 reads the parts again when it puts them together.
  const Action = ['kms:GenerateDataKey', 'kms:Decrypt'];
  const Condition = throughS3(region, bucketArn, prefix);
  return { ...allow('EncryptObjects', Action, kmsKeyArn), Condition };
}

/**
 * The policy of the destination's key. Such a policy grants by itself within its account, so it limits the use of the key as the
 * role's policy does.
 */
export function keyStatement(route: Route, kmsKeyArn: string): Statement {
  const { Action, Condition } = encryptStatement(route, kmsKeyArn);
  const Principal = { AWS: route.writerRoleArn };
  return { Sid: 'LetTheWriterEncrypt', Effect: 'Allow', Principal, Action, Resource: '*', Condition: Condition! };
}

/**
 * The reader role's policy. It allows no old versions: docs/decisions/0017.
 * @param keyPrefix the key may be used for objects under it
 */
export function readStatements(route: Read, keyPrefix = route.filter.prefix): RoleStatement[] {
  const { pull, filter, copyTags } = route;
  const bucket = pulledArn(pull);
  const Action = copyTags ? ['s3:GetObject', 's3:GetObjectTagging'] : 's3:GetObject';
  return [
    listStatement(route),
    allow('ReadObjects', Action, `${bucket}/${filter.prefix}*`),
    ...(pull.kmsKeyArn === undefined ? [] : [decryptUnder(pull.kmsKeyArn, throughS3(pull.region, bucket, keyPrefix))]),
  ];
}

/** A listing of the whole bucket names no prefix, so the statement can't demand one then. */
export function listStatement({
  pull,
  filter: { prefix },
}: Pick<Read, 'filter'> & { pull: PulledBucket }): RoleStatement {
  const statement = allow('ListObjects', 's3:ListBucket', pulledArn(pull));
  return prefix === '' ? statement : { ...statement, Condition: { StringLike: { 's3:prefix': `${prefix}*` } } };
}

/** The policy of the relay's own role, about the relay's own bucket. */
export function sourceStatements({
  bucketArn,
  prefixes,
  withTags,
  withCanary,
  kmsKeyArn,
}: OwnObjects): RoleStatement[] {
  const needsOwn = withCanary && !prefixes.some((prefix) => CANARY_PREFIX.startsWith(prefix));
  const common = prefixes.reduce(commonStart);
  const objects = [...prefixes, ...(needsOwn ? [CANARY_PREFIX] : [])].map((prefix) => `${bucketArn}/${prefix}*`);
  // A condition can't grow with the routes, but what they have in common would be nothing with the canaries' prefix.
  const keyed = needsOwn && !CANARY_PREFIX.startsWith(common) ? [common, CANARY_PREFIX] : [common];
  return [
    allow('ReadObjects', ['s3:GetObject', 's3:GetObjectVersion'], objects),
    ...(withTags ? [allow('ReadTags', ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'], objects)] : []),
    // Without this permission S3 answers 403 for a deleted object, as it does for a forbidden one.
    allow('TellMissingObjects', 's3:ListBucket', bucketArn),
    ...(kmsKeyArn === undefined ? [] : [decryptStatement(kmsKeyArn, bucketArn, ...keyed)]),
  ];
}

export function decryptStatement(kmsKeyArn: string, bucketArn: string, ...prefixes: string[]): RoleStatement {
  return decryptUnder(kmsKeyArn, throughS3(regionOfKey(kmsKeyArn), bucketArn, ...prefixes));
}

function decryptUnder(kmsKeyArn: string, Condition: Statement['Condition'] & object): RoleStatement {
  return { ...allow('DecryptObjects', 'kms:Decrypt', kmsKeyArn), Condition };
}

/**
 * S3 alone may use a key on the role's behalf, and for this bucket only: docs/decisions/0025. S3 names the bucket to KMS where the
 * object has a bucket key (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html), otherwise the object. The name of
 * the service ends in `amazonaws.com` in every partition:
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function throughS3(region: string, bucketArn: string, ...prefixes: string[]): Statement['Condition'] & object {
  return {
    StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
    StringLike: {
      'kms:EncryptionContext:aws:s3:arn': [
        bucketArn,
        ...prefixes.map((prefix) => `${bucketArn}/${plainStart(prefix)}*`),
      ],
    },
  };
}

/** It is the bucket's region, too: S3 takes no key of another. */
export function regionOfKey(kmsKeyArn: string): string {
  return kmsKeyArn.split(':')[3] ?? "the bucket's region";
}

export function bucketArnOf(bucket: string, partition: string): string {
  return `arn:${partition}:s3:::${bucket}`;
}

export function partitionOf(arn: string): string {
  return arn.split(':')[1] ?? 'aws';
}

/**
 * AWS does not document how S3 spells other characters to KMS. A shorter prefix lets more objects through here, and the statement
 * about S3 still limits them.
 */
function plainStart(prefix: string): string {
  return /^[\w./-]*/.exec(prefix)![0];
}

/** In the partition of the writer role. */
export function destinationArn({ writerRoleArn, destination }: Written): string {
  return bucketArnOf(destination.bucket, partitionOf(writerRoleArn));
}

type PulledBucket = Pick<Pull, 'bucket' | 'readerRoleArn'>;

function pulledArn({ readerRoleArn, bucket }: PulledBucket): string {
  return bucketArnOf(bucket, partitionOf(readerRoleArn));
}

export function allow(Sid: string, Action: string | string[], Resource: string | string[]): RoleStatement {
  return { Sid, Effect: 'Allow', Action, Resource };
}
