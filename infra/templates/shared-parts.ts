/** What both templates make of their parameters alike: names, conditions, props of the construct, outputs. */
import { Aws, CfnOutput, Fn, type Stack } from 'aws-cdk-lib';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type keyFields, type relayFields, SSE_KMS, SUFFIX } from './fields.ts';
import { type Form, isGiven, YES } from './form.ts';

/** What both constructs are told by the form, and the conditions of it that both templates have. */
export function sharedParts(
  stack: Stack,
  form: Form,
  relay: Record<keyof typeof relayFields, string>,
  place: Record<'BucketName' | 'Prefix' | keyof typeof keyFields, string>,
  role: Record<'NameSuffix' | 'CopyTags' | 'PermissionsBoundary', string>,
) {
  const hasSuffix = form.condition('HasSuffix', Fn.conditionEquals(role.NameSuffix, SUFFIX));
  const isKeyElsewhere = form.condition('IsKeyElsewhere', isGiven(place.KmsKeyAccount));
  const keyAccount = isKeyElsewhere(place.KmsKeyAccount, Aws.ACCOUNT_ID);
  form.condition('HasKey', Fn.conditionEquals(place.Encryption, SSE_KMS));
  form.condition('CopiesTags', Fn.conditionEquals(role.CopyTags, YES));
  form.condition('HasBoundary', isGiven(role.PermissionsBoundary));
  const keyArn = `arn:${Aws.PARTITION}:kms:${Aws.REGION}:${keyAccount}:key/${place.KmsKeyId}`;
  return {
    bucketName: hasSuffix(`${place.BucketName}-${Aws.ACCOUNT_ID}-${Aws.REGION}`, place.BucketName),
    roleNamed: (name: string) => hasSuffix(`${name}-${Aws.REGION}`, name),
    props: {
      relayAccount: relay.RelayAccount,
      relayRoleName: relay.RelayRoleName,
      relayRolePath: relay.RelayRolePath,
      externalId: relay.ExternalId,
      prefix: place.Prefix,
      encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
      copyTags: true,
      permissionsBoundary: ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', role.PermissionsBoundary),
    },
  };
}

/**
 * What whoever deploys the template tells account A.
 * @param role the name of its output, and its ARN
 * @param field of the route that has the bucket and its region
 */
export function addOutputs(
  stack: Stack,
  [name, value]: [name: string, arn: string],
  bucket: string,
  field: string,
): void {
  new CfnOutput(stack, name, { value, description: 'The role that the relay assumes.' });
  new CfnOutput(stack, 'Bucket', { value: bucket, description: `${field}.bucket of the route.` });
  new CfnOutput(stack, 'BucketRegion', { value: Aws.REGION, description: `${field}.region of the route.` });
}
