/**
 * What each role needs, statement by statement. The stacks deploy these, sessions are confined by them, and the check shows them
 * to whoever has to mend something.
 */
import { commonStart, type ListedRoute, type Pull, type Pulling, type Route } from '../core/route.ts';

/** The relay's own bucket, and what its routes take of it. */
export interface OwnObjects {
  bucketArn: string;
  /** At least one. A key is bound to what they have in common: a condition can't grow with the routes. */
  prefixes: readonly string[];
  withTags: boolean;
  kmsKeyArn?: string | undefined;
}

export interface Statement {
  Sid: string;
  Effect: 'Allow';
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/**
 * The writer role's.
 * @param keyPrefix of the objects that the key may be used for
 */
export function writeStatements(route: Route, keyPrefix = route.destination.prefix): Statement[] {
  const { kmsKeyArn } = route.destination;
  return [putStatement(route), ...(kmsKeyArn === undefined ? [] : [encryptStatement(route, kmsKeyArn, keyPrefix)])];
}

export function putStatement(route: Route): Statement {
  return {
    Sid: 'PutObjects',
    Effect: 'Allow',
    Action: route.copyTags ? ['s3:PutObject', 's3:PutObjectTagging'] : 's3:PutObject',
    Resource: `${destinationArn(route)}/${route.destination.prefix}*`,
  };
}

/** For a bucket that encrypts with a customer managed key. */
export function encryptStatement(route: Route, kmsKeyArn: string, keyPrefix = route.destination.prefix): Statement {
  return {
    Sid: 'EncryptObjects',
    Effect: 'Allow',
    // Decrypt is for multipart uploads: S3 reads the parts again when it puts them together.
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: kmsKeyArn,
    Condition: throughS3(kmsKeyArn, destinationArn(route), keyPrefix),
  };
}

/**
 * The reader role's. Present objects only: docs/decisions/0018.
 * @param keyPrefix of the objects that the key may be used for
 */
export function readStatements(route: Pulling, keyPrefix = route.filter.prefix): Statement[] {
  const { pull, filter, copyTags } = route;
  const bucket = pulledArn(pull);
  return [
    listStatement(route),
    {
      Sid: 'ReadObjects',
      Effect: 'Allow',
      Action: copyTags ? ['s3:GetObject', 's3:GetObjectTagging'] : 's3:GetObject',
      Resource: `${bucket}/${filter.prefix}*`,
    },
    ...(pull.kmsKeyArn === undefined ? [] : [decryptStatement(pull.kmsKeyArn, bucket, keyPrefix)]),
  ];
}

/** A listing of everything names no prefix, so none may be asked for then. */
export function listStatement({ pull, filter: { prefix } }: Pulling<ListedRoute>): Statement {
  return {
    Sid: 'ListObjects',
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: pulledArn(pull),
    ...(prefix !== '' && { Condition: { StringLike: { 's3:prefix': `${prefix}*` } } }),
  };
}

/** The relay's own, to read its own bucket. */
export function sourceStatements({ bucketArn, prefixes, withTags, kmsKeyArn }: OwnObjects): Statement[] {
  const objects = prefixes.map((prefix) => `${bucketArn}/${prefix}*`);
  const on = (Sid: string, Action: string | string[], Resource: string | string[]): Statement => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource,
  });
  return [
    on('ReadObjects', ['s3:GetObject', 's3:GetObjectVersion'], objects),
    ...(withTags ? [on('ReadTags', ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'], objects)] : []),
    // Without it S3 answers 403 for a deleted object, and "gone" could not be told from "forbidden".
    on('TellMissingObjects', 's3:ListBucket', bucketArn),
    ...(kmsKeyArn === undefined ? [] : [decryptStatement(kmsKeyArn, bucketArn, prefixes.reduce(commonStart))]),
  ];
}

export function decryptStatement(kmsKeyArn: string, bucketArn: string, prefix: string): Statement {
  return {
    Sid: 'DecryptObjects',
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: kmsKeyArn,
    Condition: throughS3(kmsKeyArn, bucketArn, prefix),
  };
}

/**
 * A key may be used only by S3 on the role's behalf, and for this bucket: docs/decisions/0026. S3 names the bucket to KMS where the
 * object has a bucket key (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html), and otherwise the object. The
 * service's name ends in `amazonaws.com` in every partition:
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function throughS3(kmsKeyArn: string, bucketArn: string, prefix: string): Statement['Condition'] & object {
  // S3 takes only a key of the bucket's own region.
  const [, , , region = "the bucket's region"] = kmsKeyArn.split(':');
  return {
    StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
    StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucketArn, `${bucketArn}/${plainStart(prefix)}*`] },
  };
}

export function bucketArnOf(bucket: string, partition: string): string {
  return `arn:${partition}:s3:::${bucket}`;
}

export function partitionOf(arn: string): string {
  return arn.split(':')[1] ?? 'aws';
}

/** How S3 spells other characters to KMS is not documented. A shorter start lets more through; which keys they are, the statement about S3 says. */
function plainStart(prefix: string): string {
  return /^[\w./-]*/.exec(prefix)![0];
}

/** In the partition of the role that acts. */
export function destinationArn({ writerRoleArn, destination }: Route): string {
  return bucketArnOf(destination.bucket, partitionOf(writerRoleArn));
}

function pulledArn({ readerRoleArn, bucket }: Pull): string {
  return bucketArnOf(bucket, partitionOf(readerRoleArn));
}
