/** The decision about one request: which policies speak, what an Allow needs, and that a Deny wins. */
import type { Principal } from '../core/api.ts';
import { listOf, type PolicyDocument, type Statement } from '../core/policy-document.ts';
import { evaluateCondition } from './conditions.ts';
import type { Context } from './context.ts';
import { matchesAction, matchesArn, type Variables } from './match.ts';
import { STATEMENT_ELEMENTS } from './policy.ts';
import { PRINCIPAL_MATCH, type PrincipalMatch, principalMatch, spares } from './principal.ts';

export interface Evaluation {
  principal: Principal;
  action: string;
  resource: string;
  resourceAccount: string;
  context: Context;
  identityPolicies: PolicyDocument[];
  permissionsBoundary?: PolicyDocument | undefined;
  /** The bucket, queue, key or trust policy. */
  resourcePolicy?: PolicyDocument | undefined;
  /** From the organisation's root down to the caller's account: at each level one policy must allow. */
  serviceControls: readonly (readonly PolicyDocument[])[];
  /** Of the resource's account. They only deny: the policy that allows everything can't be taken from any level. */
  resourceControls: readonly PolicyDocument[];
}

export type PolicySource =
  | 'service control policy'
  | 'resource control policy'
  | 'identity-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'resource-based policy';

export type Decision = { allowed: true } | { allowed: false; explicit: boolean; source: PolicySource };

const ALLOWED: Decision = { allowed: true };

/** Each must allow; within one, any policy may. */
interface Group {
  source: PolicySource;
  policies: readonly PolicyDocument[];
}

/**
 * Decides as IAM does: an explicit deny anywhere wins; what the organisation doesn't allow is out of reach; within an account
 * the identity's or the resource's policies are enough; between accounts both must allow. What has a trust or key policy is
 * never reached without it.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export function evaluate(request: Evaluation): Decision {
  const { principal, resourcePolicy, resourceControls } = request;
  const controls = serviceControlsOf(request);
  const own = groupsOf(request);
  for (const { source, policies } of [...controls, ...own]) {
    if (policies.some((policy) => applies(policy, 'Deny', request))) return denied(source, true);
  }
  if (resourceControls.some((policy) => grantOf(policy, 'Deny', request) > PRINCIPAL_MATCH.none)) {
    return denied('resource control policy', true);
  }
  if (resourcePolicy && grantOf(resourcePolicy, 'Deny', request) > PRINCIPAL_MATCH.none) {
    return denied('resource-based policy', true);
  }

  const closed = controls.find((group) => !allows(group, request));
  if (closed) return denied(closed.source, false);
  const grant = resourcePolicy ? grantOf(resourcePolicy, 'Allow', request) : PRINCIPAL_MATCH.none;
  const granted = grant > PRINCIPAL_MATCH.none;
  if (principal.kind === 'anonymous' || principal.kind === 'service') {
    return granted ? ALLOWED : denied('resource-based policy', false);
  }
  const sameAccount = principal.account === request.resourceAccount;
  if (sameAccount && grant >= PRINCIPAL_MATCH.everyone) return ALLOWED;
  const isRoleGranted = sameAccount && grant === PRINCIPAL_MATCH.role;
  for (const group of own) {
    if (isRoleGranted && group.source === 'identity-based policy') continue;
    if (!allows(group, request)) return denied(group.source, false);
  }
  const needsGrant = !sameAccount || hasMandatoryPolicy(request.action);
  return needsGrant && !granted ? denied('resource-based policy', false) : ALLOWED;
}

/** They bind whoever belongs to an account, its root too. */
function serviceControlsOf({ principal, serviceControls }: Evaluation): Group[] {
  if (!('account' in principal)) return [];
  return serviceControls.map((policies) => ({ source: 'service control policy', policies }));
}

/** What the caller has itself. Root needs nothing of it; no boundary and no session policy narrow nothing. */
function groupsOf({ principal, identityPolicies, permissionsBoundary }: Evaluation): Group[] {
  if (principal.kind !== 'user' && principal.kind !== 'session') return [];
  const sessionPolicies = principal.kind === 'session' ? principal.sessionPolicies : [];
  const groups: Group[] = [{ source: 'identity-based policy', policies: identityPolicies }];
  if (permissionsBoundary) groups.push({ source: 'permissions boundary', policies: [permissionsBoundary] });
  if (sessionPolicies.length > 0) groups.push({ source: 'session policy', policies: sessionPolicies });
  return groups;
}

/** Roles and KMS keys: without a word in their own policy, even the identity policies of their account count for nothing. */
function hasMandatoryPolicy(action: string): boolean {
  return /^(sts:assumerole|kms:)/i.test(action);
}

function denied(source: PolicySource, explicit: boolean): Decision {
  return { allowed: false, explicit, source };
}

function allows({ policies }: Group, request: Evaluation): boolean {
  return policies.some((policy) => applies(policy, 'Allow', request));
}

/** Whether a policy of the identity's side has a statement of this effect for the request. */
function applies(policy: PolicyDocument, effect: Statement['Effect'], request: Evaluation): boolean {
  const variables = variablesOf(policy, request);
  return listOf(policy.Statement).some(
    (statement) =>
      statement.Effect === effect &&
      namesResource(statement, request, variables) &&
      holds(statement, request, variables),
  );
}

/** How directly the resource's policy names the caller in its statements of this effect for the request. */
function grantOf(policy: PolicyDocument, effect: Statement['Effect'], request: Evaluation): PrincipalMatch {
  const variables = variablesOf(policy, request);
  let strongest: PrincipalMatch = PRINCIPAL_MATCH.none;
  for (const statement of listOf(policy.Statement)) {
    if (statement.Effect !== effect) continue;
    const match = whomOf(statement, request);
    if (match <= strongest) continue;
    if (!namesResource(statement, request, variables)) continue;
    if (holds(statement, request, variables)) strongest = match;
  }
  return strongest;
}

function whomOf(statement: Statement, { principal, permissionsBoundary }: Evaluation): PrincipalMatch {
  if (statement.Principal !== undefined) return principalMatch(statement.Principal, principal);
  if (statement.NotPrincipal === undefined || statement.Effect === 'Allow') return PRINCIPAL_MATCH.none;
  // AWS denies whoever has a boundary, whatever the element lists: access_policies_boundaries in the IAM User Guide.
  const isSpared = permissionsBoundary === undefined && spares(statement.NotPrincipal, principal);
  return isSpared ? PRINCIPAL_MATCH.none : PRINCIPAL_MATCH.everyone;
}

/** A trust policy names no resource: it is the role's. A variable without a value makes a pattern that no resource matches. */
function namesResource(statement: Statement, { action, resource }: Evaluation, variables: Variables): boolean {
  const isNamed = (pattern: string) => matchesArn(pattern, resource, variables) === true;
  if (statement.Resource !== undefined) return listOf(statement.Resource).some(isNamed);
  if (statement.NotResource !== undefined) return !listOf(statement.NotResource).some(isNamed);
  return /^sts:/i.test(action);
}

/** Action and condition. What can't be judged makes a Deny apply and an Allow not. */
function holds(statement: Statement, { action, context }: Evaluation, variables: Variables): boolean {
  const actions = listOf(statement.Action ?? statement.NotAction);
  const named = actions.some((pattern) => matchesAction(pattern, action));
  if (actions.length === 0 || named !== (statement.Action !== undefined)) return false;
  if (Object.keys(statement).some((element) => !STATEMENT_ELEMENTS.has(element))) return statement.Effect === 'Deny';
  const result = statement.Condition ? evaluateCondition(statement.Condition, context, variables) : 'holds';
  return result === 'holds' || (result === 'unknown' && statement.Effect === 'Deny');
}

function variablesOf(policy: PolicyDocument, { context }: Evaluation): Variables {
  return policy.Version === '2012-10-17' ? context : undefined;
}
