/** The Principal element: whom it names, and how its ARNs are bound to unique ids. */
import { canonicalUserId } from '../core/accounts.ts';
import { ApiError, type Principal } from '../core/api.ts';
import { partitionOfArn } from '../core/partition.ts';
import {
  listOf,
  type OneOrMany,
  type PolicyDocument,
  type PrincipalElement,
  type Statement,
} from '../core/policy-document.ts';

/**
 * How directly a Principal element names the caller, from the weakest on. It matters within one account: naming the account
 * only delegates to its identity policies, while naming a user, role or session grants by itself. A grant to the role is
 * still narrowed by the session policies and the permissions boundary, a grant to the user or the session is not. "*" means
 * whoever asks, and who asks is the session.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export const PRINCIPAL_MATCH = { none: 0, account: 1, role: 2, everyone: 3, self: 4 } as const;
export type PrincipalMatch = (typeof PRINCIPAL_MATCH)[keyof typeof PRINCIPAL_MATCH];

/** Where the unique ids of users and roles are looked up. */
export interface PrincipalIds {
  /** `AIDA…` of a user ARN, `AROA…` of a role ARN, `AROA…:<session>` of a session ARN; undefined if there is none. */
  uniqueIdOf(arn: string): string | undefined;
  hasUniqueId(id: string): boolean;
}

/** The strongest way in which the element names the caller. Unknown principal types never match. */
export function principalMatch(element: PrincipalElement, principal: Principal): PrincipalMatch {
  if (element === '*') return PRINCIPAL_MATCH.everyone;
  let strongest: PrincipalMatch = PRINCIPAL_MATCH.none;
  for (const [type, names] of Object.entries(element)) {
    for (const name of listOf(names)) {
      const match = nameMatch(type, name, principal);
      if (match > strongest) strongest = match;
    }
  }
  return strongest;
}

/**
 * Whether NotPrincipal spares the caller. As on AWS, each identity of the caller must be listed:
 * a session's role and account as well as the session, a user's account as well as the user.
 */
export function spares(element: PrincipalElement, principal: Principal): boolean {
  if (element === '*') return true;
  const listed = new Set<PrincipalMatch>();
  for (const [type, names] of Object.entries(element)) {
    for (const name of listOf(names)) listed.add(nameMatch(type, name, principal));
  }
  if (listed.has(PRINCIPAL_MATCH.everyone)) return true;
  const { account, role, self } = PRINCIPAL_MATCH;
  const identities = { anonymous: [self], root: [account], service: [self], user: [account, self] };
  const needed = principal.kind === 'session' ? [account, role, self] : identities[principal.kind];
  return needed.every((match) => listed.has(match));
}

function nameMatch(type: string, name: string, principal: Principal): PrincipalMatch {
  if (type === 'AWS') return awsMatch(name, principal);
  if (type === 'Service' && principal.kind === 'service' && name === principal.service) return PRINCIPAL_MATCH.self;
  if (type === 'CanonicalUser' && 'account' in principal && name === canonicalUserId(principal.account)) {
    return PRINCIPAL_MATCH.account;
  }
  return PRINCIPAL_MATCH.none;
}

function awsMatch(name: string, principal: Principal): PrincipalMatch {
  if (name === '*') return PRINCIPAL_MATCH.everyone;
  if (!('account' in principal)) return PRINCIPAL_MATCH.none;
  const root = `arn:${partitionOfArn(principal.arn)}:iam::${principal.account}:root`;
  if (name === principal.account || name === root) return PRINCIPAL_MATCH.account;
  if (principal.kind === 'user' && (name === principal.arn || name === principal.userId)) return PRINCIPAL_MATCH.self;
  if (principal.kind === 'session') {
    if (name === principal.roleArn || name === principal.roleId) return PRINCIPAL_MATCH.role;
    if (name === principal.arn || name === `${principal.roleId}:${principal.sessionName}`) return PRINCIPAL_MATCH.self;
  }
  return PRINCIPAL_MATCH.none;
}

/**
 * What AWS does when a trust or resource policy is stored: the ARNs of users and roles in it are replaced by their
 * unique ids, so that a role deleted and made again under the same name is somebody else. Accounts are taken as they are.
 * @param partition of what the policy hangs on: nobody of another one can be named
 * @throws ApiError `MalformedPolicyDocument` (400) for a user or role that doesn't exist, and for any ARN of another partition
 */
export function bindPrincipals(document: PolicyDocument, ids: PrincipalIds, partition: string): PolicyDocument {
  const bindStatement = (statement: Statement): Statement => ({
    ...statement,
    ...(statement.Principal && { Principal: bindElement(statement.Principal, ids, partition) }),
    ...(statement.NotPrincipal && { NotPrincipal: bindElement(statement.NotPrincipal, ids, partition) }),
  });
  return { ...document, Statement: listOf(document.Statement).map(bindStatement) };
}

function bindElement(element: PrincipalElement, ids: PrincipalIds, partition: string): PrincipalElement {
  if (element === '*' || element['AWS'] === undefined) return element;
  return { ...element, AWS: bindNames(element['AWS'], ids, partition) };
}

function bindNames(names: OneOrMany<string>, ids: PrincipalIds, partition: string): OneOrMany<string> {
  const bound = listOf(names).map((name) => bindName(name, ids, partition));
  return Array.isArray(names) ? bound : bound[0]!;
}

function bindName(name: string, ids: PrincipalIds, partition: string): string {
  if (name === '*' || /^\d{12}$/.test(name)) return name;
  const id = name.startsWith('arn:') ? boundArn(name, ids, partition) : ids.hasUniqueId(name.split(':')[0]!) && name;
  if (id) return id;
  throw new ApiError('MalformedPolicyDocument', 400, `Invalid principal in policy: "AWS":${JSON.stringify(name)}`);
}

function boundArn(arn: string, ids: PrincipalIds, partition: string): string | undefined {
  if (partitionOfArn(arn) !== partition) return undefined;
  return /^arn:[^:]+:iam::\d{12}:root$/.test(arn) ? arn : ids.uniqueIdOf(arn);
}
