/** The role in a customer's account that the relay reads a bucket with. */
import { Duration } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { readStatements } from '../../functions/aws/policies.ts';
import type { Pulling } from '../../functions/core/route.ts';
import { objectsArn, relayRoleArn, replayRoleArn } from '../arns.ts';
import { runtimeRoute } from '../config/function-settings.ts';
import type { PullingRouteContext, RelayContext } from '../config/relay-context.ts';
import { acknowledgeFinding } from './nag-suppressions.ts';
import { policyDocument } from './policy-document.ts';
import { relayTrust } from './relay-trust.ts';
import { atPath } from './role-path.ts';

export interface ReaderRoleProps {
  config: RelayContext;
  route: PullingRouteContext;
}

/**
 * It is all that a customer grants: the relay's role and replay's role may list and read what the route takes of one bucket. Present objects only: docs/decisions/0017.
 */
export class ReaderRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { config, route }: ReaderRoleProps) {
    super(scope, id);
    const { bucket, region, readerRoleName, readerRolePath, externalId } = route.pull;
    this.role = new Role(this, 'Role', {
      roleName: readerRoleName,
      ...atPath(readerRolePath),
      description: `Upload Relay, route ${route.name}: lists and reads for account ${config.source.account}`,
      assumedBy: relayTrust(config, reading(config), externalId),
      maxSessionDuration: Duration.hours(1),
      inlinePolicies: { read: policyDocument(readStatements(runtimeRoute(route) as Pulling)) },
    });
    acknowledgeFinding(
      this.role,
      `IAM5[Resource::${objectsArn(bucket, region, route.filter.prefix)}]`,
      'Keys are not known beforehand: these are what the route takes.',
    );
  }
}

/** The roles of the relay's account that read or list it. */
function reading(config: RelayContext): string[] {
  return config.relay.replay ? [relayRoleArn(config), replayRoleArn(config)] : [relayRoleArn(config)];
}
