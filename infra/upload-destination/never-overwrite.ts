/** The statement of a bucket's policy that keeps the writer role from overwriting anything. */
import { Effect, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { destinationArn, type Written } from '../../functions/aws/policies.ts';

/**
 * Uploads in parts are begun without the header, and completed with it:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
export function neverOverwrite(written: Written): PolicyStatement {
  return new PolicyStatement({
    sid: 'NeverOverwrite',
    effect: Effect.DENY,
    principals: [new StarPrincipal()],
    actions: ['s3:PutObject'],
    resources: [`${destinationArn(written)}/${written.destination.prefix}*`],
    conditions: {
      ArnEquals: { 'aws:PrincipalArn': written.writerRoleArn },
      Null: { 's3:if-none-match': 'true' },
      Bool: { 's3:ObjectCreationOperation': 'true' },
    },
  });
}
