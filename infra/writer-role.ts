import { Duration } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { objectsArn, relayRoleArn } from './arns.ts';
import type { RelayContext, RouteContext } from './config.ts';
import { relayTrust } from './relay-trust.ts';

export interface WriterRoleProps {
  config: RelayContext;
  route: RouteContext;
}

/** The one thing account A gets: putting objects under a route's prefix, and only as the relay's own role. */
export class WriterRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { config, route }: WriterRoleProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      roleName: route.writerRoleName,
      description: `Upload Relay, route ${route.name}: puts objects for account ${config.source.account}`,
      assumedBy: relayTrust(config, relayRoleArn(config), route.externalId),
      maxSessionDuration: Duration.hours(1),
      inlinePolicies: { write: new PolicyDocument({ statements: writeStatements(route) }) },
    });
    const { bucket, region, prefix } = route.destination;
    acknowledge(
      this.role,
      `IAM5[Resource::${objectsArn(bucket, region, prefix)}]`,
      'Keys are not known beforehand: these are what the route delivers.',
    );
  }
}

function writeStatements({ destination, copyTags }: RouteContext): PolicyStatement[] {
  const { bucket, region, prefix, kmsKeyArn } = destination;
  const statements = [
    new PolicyStatement({
      sid: 'PutObjects',
      effect: Effect.ALLOW,
      actions: copyTags ? ['s3:PutObject', 's3:PutObjectTagging'] : ['s3:PutObject'],
      resources: [objectsArn(bucket, region, prefix)],
    }),
  ];
  if (kmsKeyArn !== undefined) {
    statements.push(
      new PolicyStatement({
        sid: 'EncryptObjects',
        effect: Effect.ALLOW,
        // Decrypt is for multipart uploads: S3 reads the parts again when it puts them together.
        actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
        resources: [kmsKeyArn],
      }),
    );
  }
  return statements;
}
