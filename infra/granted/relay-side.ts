/** The relay's side, as a role of another account knows it: its roles, and the trust in them. */
import { Aws, Stack, Token } from 'aws-cdk-lib';
import { AccountPrincipal, type IPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { trustCondition } from '../../functions/aws/trust-policies.ts';
import { account, externalId, roleName, rolePath } from '../config/fields.ts';
import { findPartition } from '../config/regions.ts';
import { DEFAULT_NAME } from '../config/relay-schema.ts';
import { BUCKET, CHECKED_LATER, KEY, MANAGED_POLICY, YES_OR_NO } from '../prop-kinds.ts';
import { type Checked, requireKnown, requireProps } from './checked-props.ts';
import { ROLE_NAME_PATTERN, ROLE_PATH_PATTERN } from './patterns.ts';

/** What both an UploadDestination and an UploadReader must know of the relay. */
export interface RelaySideProps {
  /** Account A, where the relay runs: 12 digits. */
  readonly relayAccount: string;

  /**
   * The name of the relay's role in account A. It is all that is trusted, as a condition on its exact ARN, so the role may be created
   * later, and again.
   *
   * @default 'upload-relay'
   */
  readonly relayRoleName?: string;

  /**
   * The IAM path of the relay's roles.
   *
   * @default '/'
   */
  readonly relayRolePath?: string;

  /** What both sides have agreed on: 2 to 1,224 characters of `A-Z a-z 0-9 _ + = , . @ : / -`. It is no secret, but choose your own. */
  readonly externalId: string;
}

/** Both sides have them. */
export const SIDE_KINDS = {
  relayAccount: CHECKED_LATER,
  relayRoleName: CHECKED_LATER,
  relayRolePath: CHECKED_LATER,
  externalId: CHECKED_LATER,
  bucket: BUCKET,
  prefix: CHECKED_LATER,
  encryptionKey: KEY,
  copyTags: YES_OR_NO,
  roleName: CHECKED_LATER,
  rolePath: CHECKED_LATER,
  permissionsBoundary: MANAGED_POLICY,
  routeName: CHECKED_LATER,
};

/** @throws Error that names the prop */
export function requireRelaySide(checked: Checked, props: RelaySideProps): void {
  const { relayAccount, relayRoleName, relayRolePath } = props;
  const names = { relayAccount, relayRoleName, relayRolePath, externalId: props.externalId };
  const shape = {
    relayAccount: account,
    relayRoleName: roleName.optional(),
    relayRolePath: rolePath.optional(),
    externalId,
  };
  requireProps(checked, shape, names);
  requireKnown(checked, 'relayRoleName', relayRoleName, ROLE_NAME_PATTERN);
  requireKnown(checked, 'relayRolePath', relayRolePath, ROLE_PATH_PATTERN);
}

export function relayRoleArnOf(scope: Construct, { relayRoleName = DEFAULT_NAME, ...relay }: RelaySideProps): string {
  return roleArnOf(scope, placeOf(relay), relayRoleName);
}

/** Where the roles of the relay are. */
export function placeOf({ relayAccount, relayRolePath }: Pick<RelaySideProps, 'relayAccount' | 'relayRolePath'>) {
  return { account: relayAccount, path: relayRolePath };
}

export function roleArnOf(
  scope: Construct,
  { account: owner, path = '/' }: { account: string; path: string | undefined },
  name: string,
): string {
  return `arn:${partitionIn(scope)}:iam::${owner}:role${path}${name}`;
}

/**
 * Whom a role of another account trusts: the relay's account with our roles' ARNs as a condition, rather than the roles as
 * principals. AWS would bind these to the roles' present ids, refuse a role that doesn't exist yet, and break when one is
 * re-created (docs/decisions/0001).
 * @param roleArns the one or more roles of the relay's account that may assume it
 */
export function relayTrust({ relayAccount, externalId }: RelaySideProps, roleArns: readonly string[]): IPrincipal {
  return new AccountPrincipal(relayAccount).withConditions(trustCondition(roleArns, externalId));
}

/** Known, where the region is. */
export function partitionIn(scope: Construct): string {
  const { region } = Stack.of(scope);
  return (Token.isUnresolved(region) ? undefined : findPartition(region)) ?? Aws.PARTITION;
}
