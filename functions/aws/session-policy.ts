import type { Pull, Route } from '../route.ts';

/** As much of a route as reading another account's bucket takes. */
export interface PullingRoute extends Pick<Route, 'name' | 'filter' | 'copyTags'> {
  pull: Pull;
}

interface Statement {
  Effect: 'Allow';
  Action: string | string[];
  Resource: string;
  Condition?: object;
}

/**
 * What a session of the writer role may do at most: this route's bucket and prefix, whatever else the role allows.
 * A session has the rights that the role's policies and this one have in common:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
 */
export function sessionPolicy({ destination, writerRoleArn, copyTags }: Route): string {
  const statements: Statement[] = [
    {
      Effect: 'Allow',
      Action: copyTags ? ['s3:PutObject', 's3:PutObjectTagging'] : ['s3:PutObject'],
      Resource: `${bucketArn(writerRoleArn, destination.bucket)}/${destination.prefix}*`,
    },
  ];
  if (destination.kmsKeyArn !== undefined) {
    statements.push({
      Effect: 'Allow',
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: destination.kmsKeyArn,
    });
  }
  return policyOf(statements);
}

/** What the relay's session of a reader role may do at most: read what the route takes, and tell what is missing. */
export function readingPolicy({ pull, filter, copyTags }: PullingRoute): string {
  const { readerRoleArn, bucket, kmsKeyArn } = pull;
  const statements: Statement[] = [
    listStatement(pull, filter.prefix),
    {
      Effect: 'Allow',
      Action: copyTags ? ['s3:GetObject', 's3:GetObjectTagging'] : ['s3:GetObject'],
      Resource: `${bucketArn(readerRoleArn, bucket)}/${filter.prefix}*`,
    },
  ];
  if (kmsKeyArn !== undefined) statements.push({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: kmsKeyArn });
  return policyOf(statements);
}

/** What replay's session of a reader role may do at most. */
export function listingPolicy({ pull, filter }: Pick<PullingRoute, 'pull' | 'filter'>): string {
  return policyOf([listStatement(pull, filter.prefix)]);
}

/** A listing of everything names no prefix, so none may be asked for then. */
function listStatement({ readerRoleArn, bucket }: Pull, prefix: string): Statement {
  return {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: bucketArn(readerRoleArn, bucket),
    ...(prefix !== '' && { Condition: { StringLike: { 's3:prefix': `${prefix}*` } } }),
  };
}

/** In the partition of the role that acts. */
function bucketArn(roleArn: string, bucket: string): string {
  return `arn:${roleArn.split(':')[1]}:s3:::${bucket}`;
}

function policyOf(statements: Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
