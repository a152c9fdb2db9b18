import { Duration } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { bucketArn, objectsArn, relayRoleArn, replayRoleArn } from './arns.ts';
import type { PullingRouteContext, RelayContext } from './config.ts';
import { relayTrust } from './relay-trust.ts';

export interface ReaderRoleProps {
  config: RelayContext;
  route: PullingRouteContext;
}

/**
 * The one thing the relay gets of a customer: listing and reading what a route takes of one bucket, and only as the relay's own
 * role or that of its replay. Present objects only: docs/decisions/0018.
 */
export class ReaderRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { config, route }: ReaderRoleProps) {
    super(scope, id);
    const { bucket, region, readerRoleName, externalId } = route.pull;
    this.role = new Role(this, 'Role', {
      roleName: readerRoleName,
      description: `Upload Relay, route ${route.name}: lists and reads for account ${config.source.account}`,
      assumedBy: relayTrust(config, [relayRoleArn(config), replayRoleArn(config)], externalId),
      maxSessionDuration: Duration.hours(1),
      inlinePolicies: { read: new PolicyDocument({ statements: readStatements(route) }) },
    });
    acknowledge(
      this.role,
      `IAM5[Resource::${objectsArn(bucket, region, route.filter.prefix)}]`,
      'Keys are not known beforehand: these are what the route takes.',
    );
  }
}

function readStatements({ pull, filter, copyTags }: PullingRouteContext): PolicyStatement[] {
  const { bucket, region, kmsKeyArn } = pull;
  const statements = [
    new PolicyStatement({
      sid: 'ListObjects',
      effect: Effect.ALLOW,
      actions: ['s3:ListBucket'],
      resources: [bucketArn(bucket, region)],
      // A listing of everything names no prefix, so none may be asked for then.
      ...(filter.prefix !== '' && { conditions: { StringLike: { 's3:prefix': `${filter.prefix}*` } } }),
    }),
    new PolicyStatement({
      sid: 'ReadObjects',
      effect: Effect.ALLOW,
      actions: copyTags ? ['s3:GetObject', 's3:GetObjectTagging'] : ['s3:GetObject'],
      resources: [objectsArn(bucket, region, filter.prefix)],
    }),
  ];
  if (kmsKeyArn !== undefined) {
    statements.push(
      new PolicyStatement({
        sid: 'DecryptObjects',
        effect: Effect.ALLOW,
        actions: ['kms:Decrypt'],
        resources: [kmsKeyArn],
      }),
    );
  }
  return statements;
}
