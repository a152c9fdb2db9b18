/** Answers the services' question whether a caller may do something, from policies and the keys of the request. */
import { type AccessRequest, ApiError, type Authorizer, type ContextKeys, type Principal } from '../core/api.ts';
import type { NamedPolicy, PolicyDocument } from '../core/policy-document.ts';
import { type Context, mergeContext } from './context.ts';
import { type Decision, evaluate, type PolicySource } from './evaluate.ts';

/** What only the authorizer says about the caller: a request that brings such a key along is not believed. */
const DERIVED_KEYS = [
  'aws:PrincipalArn',
  'aws:PrincipalAccount',
  'aws:PrincipalType',
  'aws:PrincipalIsAWSService',
  'aws:PrincipalServiceName',
  'aws:userid',
  'aws:username',
  'aws:ResourceAccount',
  'aws:MultiFactorAuthPresent',
  'aws:ViaAWSService',
];

const ARTICLES: Record<PolicySource, string> = {
  'identity-based policy': 'an',
  'permissions boundary': 'a',
  'session policy': 'a',
  'resource-based policy': 'a',
};

interface Identity {
  policies: readonly NamedPolicy[];
  /** What a user has by its groups. */
  groupPolicies?: readonly NamedPolicy[];
  permissionsBoundary?: PolicyDocument | undefined;
}

/** Where the authorizer finds what users and roles may do. */
export interface Identities {
  findUserByArn(arn: string): (Identity & { userId: string }) | undefined;
  findRoleByArn(arn: string): (Identity & { roleId: string }) | undefined;
}

export class IamAuthorizer implements Authorizer {
  readonly #identities: Identities;

  constructor(identities: Identities) {
    this.#identities = identities;
  }

  authorize(request: AccessRequest): void {
    const decision = this.#decide(request);
    if (!decision.allowed) throw new ApiError('AccessDenied', 403, refusal(request, decision));
  }

  isAllowed(request: AccessRequest): boolean {
    return this.#decide(request).allowed;
  }

  #decide(request: AccessRequest): Decision {
    const { caller, action, resource, resourceAccount, resourcePolicy } = request;
    const { principal } = caller;
    return evaluate({
      principal,
      action,
      resource,
      resourceAccount,
      resourcePolicy,
      context: contextOf(request),
      ...this.#identityOf(principal),
    });
  }

  /** Policies are read at each request, so that a change reaches sessions that are already running. */
  #identityOf(principal: Principal): { identityPolicies: PolicyDocument[]; permissionsBoundary?: PolicyDocument } {
    if (principal.kind !== 'user' && principal.kind !== 'session') return { identityPolicies: [] };
    const identity =
      principal.kind === 'user'
        ? this.#identities.findUserByArn(principal.arn)
        : this.#identities.findRoleByArn(principal.roleArn);
    const id = identity && ('roleId' in identity ? identity.roleId : identity.userId);
    const expectedId = principal.kind === 'user' ? principal.userId : principal.roleId;
    if (!identity || id !== expectedId) return { identityPolicies: [] };
    const { policies, groupPolicies = [], permissionsBoundary } = identity;
    return {
      identityPolicies: [...policies, ...groupPolicies].map(({ document }) => document),
      ...(permissionsBoundary && { permissionsBoundary }),
    };
  }
}

function contextOf({ caller, resourceAccount, context, isViaService = false }: AccessRequest): Context {
  const { principal } = caller;
  const nothing = Object.fromEntries(DERIVED_KEYS.map((key) => [key, []]));
  return mergeContext(caller.context, context, nothing, {
    'aws:ResourceAccount': resourceAccount,
    'aws:PrincipalIsAWSService': String(principal.kind === 'service'),
    'aws:ViaAWSService': String(isViaService),
    ...keysOf(principal),
  });
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function keysOf(principal: Principal): ContextKeys {
  switch (principal.kind) {
    case 'anonymous':
      return { 'aws:PrincipalType': 'Anonymous', 'aws:userid': 'anonymous' };
    case 'service':
      return { 'aws:PrincipalServiceName': principal.service };
    case 'root':
      return {
        'aws:PrincipalType': 'Account',
        'aws:PrincipalAccount': principal.account,
        'aws:PrincipalArn': principal.arn,
        'aws:userid': principal.account,
      };
    case 'user':
      return {
        'aws:PrincipalType': 'User',
        'aws:PrincipalAccount': principal.account,
        'aws:PrincipalArn': principal.arn,
        'aws:userid': principal.userId,
        'aws:username': principal.name,
      };
    case 'session':
      return {
        'aws:PrincipalType': 'AssumedRole',
        'aws:PrincipalAccount': principal.account,
        'aws:PrincipalArn': principal.roleArn,
        'aws:userid': `${principal.roleId}:${principal.sessionName}`,
        'aws:MultiFactorAuthPresent': 'false',
      };
  }
}

function refusal({ caller, action, resource }: AccessRequest, decision: Decision & { allowed: false }): string {
  const { principal } = caller;
  if (principal.kind === 'anonymous') return 'Access Denied';
  const isS3 = action.startsWith('s3:');
  // S3 says nothing of a resource where there is none, as for ListAllMyBuckets; the other services name "*".
  const on = isS3 && resource === '*' ? '' : ` on resource: ${isS3 ? `"${resource}"` : resource}`;
  const sentence = `User: ${nameOf(principal)} is not authorized to perform: ${action}${on}`;
  // STS gives no reason: it would tell strangers what a trust policy says.
  if (action === 'sts:AssumeRole') return sentence;
  const { source, explicit } = decision;
  if (explicit) return `${sentence} with an explicit deny in ${ARTICLES[source]} ${source}`;
  return `${sentence} because no ${source} allows the ${action} action`;
}

/** The caller as AWS names it in refusals and in GetCallerIdentity. */
export function nameOf(principal: Exclude<Principal, { kind: 'anonymous' }>): string {
  return principal.kind === 'service' ? principal.service : principal.arn;
}
