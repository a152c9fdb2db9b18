/** The decision about one request: which policies speak, what an Allow needs, and that a Deny wins. */
import type { Principal } from '../core/api.ts';
import { listOf, type PolicyDocument, type Statement } from '../core/policy-document.ts';
import { evaluateCondition } from './conditions.ts';
import type { Context } from './context.ts';
import { matchesAction, matchesArn, type Variables } from './match.ts';
import { STATEMENT_ELEMENTS } from './policy.ts';
import { isSpared, PRINCIPAL_MATCH, type PrincipalMatch, principalMatch } from './principal.ts';

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
}

export type PolicySource =
  | 'identity-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'resource-based policy';

export type Decision = { allowed: true } | { allowed: false; explicit: boolean; source: PolicySource };

const ALLOWED: Decision = { allowed: true };

/**
 * Decides as IAM does: an explicit deny anywhere wins; within an account the identity's or the resource's policies are
 * enough; between accounts both must allow. What has a trust or key policy is never reached without it.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(request: Evaluation): Decision {
  const { principal, identityPolicies, permissionsBoundary, resourcePolicy } = request;
  const sessionPolicies = principal.kind === 'session' ? principal.sessionPolicies : [];
  /** Each must allow; within one, any policy may. A group without policies narrows nothing, except that of the identity. */
  const groups: { source: PolicySource; policies: PolicyDocument[]; applies: boolean }[] = [
    { source: 'identity-based policy', policies: identityPolicies, applies: true },
    {
      source: 'permissions boundary',
      policies: listOf(permissionsBoundary),
      applies: permissionsBoundary !== undefined,
    },
    { source: 'session policy', policies: sessionPolicies, applies: sessionPolicies.length > 0 },
  ];

  for (const { source, policies } of groups) {
    if (policies.some((policy) => applies(policy, 'Deny', request))) return denied(source, true);
  }
  if (resourcePolicy && grantOf(resourcePolicy, 'Deny', request) > PRINCIPAL_MATCH.none) {
    return denied('resource-based policy', true);
  }

  const grant = resourcePolicy ? grantOf(resourcePolicy, 'Allow', request) : PRINCIPAL_MATCH.none;
  const granted = grant > PRINCIPAL_MATCH.none;
  if (principal.kind === 'anonymous' || principal.kind === 'service') {
    return granted ? ALLOWED : denied('resource-based policy', false);
  }
  const sameAccount = principal.account === request.resourceAccount;
  if (sameAccount && grant === PRINCIPAL_MATCH.self) return ALLOWED;
  if (principal.kind !== 'root') {
    const grantedDirectly = sameAccount && grant >= PRINCIPAL_MATCH.everyone;
    for (const group of groups) {
      if (!group.applies || (grantedDirectly && group.source === 'identity-based policy')) continue;
      if (!group.policies.some((policy) => applies(policy, 'Allow', request))) return denied(group.source, false);
    }
  }
  const needsGrant = !sameAccount || hasMandatoryPolicy(request.action);
  return needsGrant && !granted ? denied('resource-based policy', false) : ALLOWED;
}

/** Roles and KMS keys: without a word in their own policy, even the identity policies of their account count for nothing. */
function hasMandatoryPolicy(action: string): boolean {
  return /^(sts:assumerole|kms:)/i.test(action);
}

function denied(source: PolicySource, explicit: boolean): Decision {
  return { allowed: false, explicit, source };
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
  const isTrust = /^sts:/i.test(request.action);
  let strongest: PrincipalMatch = PRINCIPAL_MATCH.none;
  for (const statement of listOf(policy.Statement)) {
    if (statement.Effect !== effect) continue;
    const match = whomOf(statement, request.principal);
    if (match <= strongest) continue;
    if (!isTrust && !namesResource(statement, request, variables)) continue;
    if (holds(statement, request, variables)) strongest = match;
  }
  return strongest;
}

function whomOf(statement: Statement, principal: Principal): PrincipalMatch {
  if (statement.Principal !== undefined) return principalMatch(statement.Principal, principal);
  if (statement.NotPrincipal === undefined || isSpared(statement.NotPrincipal, principal)) return PRINCIPAL_MATCH.none;
  return statement.Effect === 'Deny' ? PRINCIPAL_MATCH.everyone : PRINCIPAL_MATCH.none;
}

function namesResource(statement: Statement, { resource }: Evaluation, variables: Variables): boolean {
  if (statement.Resource !== undefined) {
    return listOf(statement.Resource).some((pattern) => matchesArn(pattern, resource, variables));
  }
  const others = listOf(statement.NotResource);
  return others.length > 0 && others.every((pattern) => matchesArn(pattern, resource, variables) === false);
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
