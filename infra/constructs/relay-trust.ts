/** The trust policy of the roles in other accounts. */
import { AccountPrincipal, type IPrincipal } from 'aws-cdk-lib/aws-iam';
import { trustCondition } from '../../functions/aws/policies.ts';
import type { RelayContext } from '../config/relay-context.ts';

/**
 * Whom a role of another account trusts: our account's root with our roles' ARNs as a condition, rather than the roles as
 * principals. AWS would bind these to the roles' present ids, refuse a role that doesn't exist yet, and break when one is
 * re-created (docs/decisions/0001).
 * @param roleArns the one or more roles of the relay's account that may assume it
 */
export function relayTrust({ source }: RelayContext, roleArns: readonly string[], externalId: string): IPrincipal {
  return new AccountPrincipal(source.account).withConditions(trustCondition(roleArns, externalId));
}
