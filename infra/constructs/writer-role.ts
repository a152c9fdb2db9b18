/** The role in a destination's account that the relay writes with. */
import { Duration } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { writeStatements } from '../../functions/aws/policies.ts';
import { objectsArn, relayRoleArn } from '../arns.ts';
import { runtimeRoute } from '../config/function-settings.ts';
import type { RelayContext, RouteContext } from '../config/relay-context.ts';
import { acknowledgeFinding } from './nag-suppressions.ts';
import { policyDocument } from './policy-document.ts';
import { relayTrust } from './relay-trust.ts';
import { atPath } from './role-path.ts';

export interface WriterRoleProps {
  config: RelayContext;
  route: RouteContext;
}

/** It is all that a destination's account grants: the relay's role may put objects under the route's prefix. */
export class WriterRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { config, route }: WriterRoleProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      roleName: route.writerRoleName,
      ...atPath(route.writerRolePath),
      description: `Upload Relay, route ${route.name}: puts objects for account ${config.source.account}`,
      assumedBy: relayTrust(config, [relayRoleArn(config)], route.externalId),
      maxSessionDuration: Duration.hours(1),
      inlinePolicies: { write: policyDocument(writeStatements(runtimeRoute(route))) },
    });
    const { bucket, region, prefix } = route.destination;
    acknowledgeFinding(
      this.role,
      `IAM5[Resource::${objectsArn(bucket, region, prefix)}]`,
      'Keys are not known beforehand: these are what the route delivers.',
    );
  }
}
