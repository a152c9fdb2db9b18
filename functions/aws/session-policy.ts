import type { Route } from '../route.ts';

/**
 * What a session of the writer role may do at most: this route's bucket and prefix, whatever else the role allows.
 * A session has the rights that the role's policies and this one have in common:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
 */
export function sessionPolicy({ destination, writerRoleArn, copyTags }: Route): string {
  const partition = writerRoleArn.split(':')[1];
  const statements = [
    {
      Effect: 'Allow',
      Action: copyTags ? ['s3:PutObject', 's3:PutObjectTagging'] : ['s3:PutObject'],
      Resource: `arn:${partition}:s3:::${destination.bucket}/${destination.prefix}*`,
    },
  ];
  if (destination.kmsKeyArn !== undefined) {
    statements.push({
      Effect: 'Allow',
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: destination.kmsKeyArn,
    });
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
