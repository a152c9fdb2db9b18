/** Who may become a writer or reader role, and the permission of the relay's roles to do so. Pure. */
import { allow, type RoleStatement, type Statement } from './policies.ts';

/** The policy of a role of the relay's account that becomes a writer or reader role. */
export function assumeStatement(roleArns: string | string[]): RoleStatement {
  return allow('AssumeRoles', 'sts:AssumeRole', roleArns);
}

/**
 * The trust policy of a writer or reader role.
 * @param roleArns the roles of the relay's account that may assume it; at least one
 */
export function trustStatement(roleArns: readonly string[], externalId: string): Statement {
  const [, partition, , , account] = roleArns[0]!.split(':');
  return {
    Sid: 'TrustTheRelay',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${account}:root` },
    Action: 'sts:AssumeRole',
    Condition: trustCondition(roleArns, externalId),
  };
}

/** The relay's roles are a condition rather than the principal, so that they may be re-created: docs/decisions/0001. */
export function trustCondition(roleArns: readonly string[], externalId: string): Statement['Condition'] & object {
  return {
    ArnEquals: { 'aws:PrincipalArn': roleArns.length === 1 ? roleArns[0]! : [...roleArns] },
    StringEquals: { 'sts:ExternalId': externalId },
  };
}
