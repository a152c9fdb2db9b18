/** Answers the services' question whether a caller may do something, from policies and the keys of the request. */
import { type AccessRequest, ApiError, type Authorizer, type ContextKeys, type Principal } from '../core/api.ts';
import type { NamedPolicy, PolicyDocument } from '../core/policy-document.ts';
import { type Context, mergeContext } from './context.ts';
import { type Decision, evaluate, type PolicySource } from './evaluate.ts';

/** What only the authorizer says about the caller: a request that brings such a key along is not believed. */
const DERIVED_KEYS = new Set(
  [
    'aws:PrincipalArn',
    'aws:PrincipalAccount',
    'aws:PrincipalOrgID',
    'aws:PrincipalType',
    'aws:PrincipalIsAWSService',
    'aws:PrincipalServiceName',
    'aws:userid',
    'aws:username',
    'aws:ResourceAccount',
    'aws:ResourceOrgID',
    'aws:TokenIssueTime',
    'aws:MultiFactorAuthPresent',
    'aws:ViaAWSService',
  ].map((key) => key.toLowerCase()),
);

const ARTICLES: Record<PolicySource, string> = {
  'service control policy': 'a',
  'resource control policy': 'a',
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
  tags: ReadonlyMap<string, string>;
}

/** Where the authorizer finds what users and roles may do. */
export interface Identities {
  findUserByArn(arn: string): (Identity & { userId: string }) | undefined;
  findRoleByArn(arn: string): (Identity & { roleId: string }) | undefined;
}

/** What an organisation says of its accounts. An account that is in none has no id, and nothing binds it. */
export interface Controls {
  organizationOf(account: string): string | undefined;
  /** By level, from the root down. */
  serviceControlsOf(account: string): readonly (readonly PolicyDocument[])[];
  resourceControlsOf(account: string, action: string): readonly PolicyDocument[];
}

const NO_ORGANIZATION: Controls = {
  organizationOf: () => undefined,
  serviceControlsOf: () => [],
  resourceControlsOf: () => [],
};

export class IamAuthorizer implements Authorizer {
  readonly #identities: Identities;
  readonly #controls: Controls;

  constructor(identities: Identities, controls: Controls = NO_ORGANIZATION) {
    this.#identities = identities;
    this.#controls = controls;
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
    const identity = this.#identityOf(principal);
    return evaluate({
      principal,
      action,
      resource,
      resourceAccount,
      resourcePolicy,
      context: this.#contextOf(request, identity),
      identityPolicies: [...(identity?.policies ?? []), ...(identity?.groupPolicies ?? [])].map(
        ({ document }) => document,
      ),
      permissionsBoundary: identity?.permissionsBoundary,
      serviceControls: 'account' in principal ? this.#controls.serviceControlsOf(principal.account) : [],
      resourceControls: this.#controls.resourceControlsOf(resourceAccount, action),
    });
  }

  /** Policies and tags are read at each request, so that a change reaches sessions that are already running. */
  #identityOf(principal: Principal): Identity | undefined {
    if (principal.kind === 'user') {
      const user = this.#identities.findUserByArn(principal.arn);
      return user?.userId === principal.userId ? user : undefined;
    }
    if (principal.kind !== 'session') return undefined;
    const role = this.#identities.findRoleByArn(principal.roleArn);
    return role?.roleId === principal.roleId ? role : undefined;
  }

  #contextOf(request: AccessRequest, identity?: Identity): Context {
    const { caller, action, resource, resourceAccount, context, isViaService = false } = request;
    const { principal } = caller;
    return mergeContext(
      withoutDerived(caller.context),
      withoutDerived(context),
      {
        'aws:ResourceAccount': resourceAccount,
        'aws:ResourceOrgID': this.#controls.organizationOf(resourceAccount) ?? [],
        'aws:ViaAWSService': String(isViaService),
      },
      keysOf(principal),
      'account' in principal && { 'aws:PrincipalOrgID': this.#controls.organizationOf(principal.account) ?? [] },
      identity && tagKeys(['aws:PrincipalTag'], identity.tags),
      this.#resourceTags(action, resource),
    );
  }

  /** Of a user or role that is acted on. */
  #resourceTags(action: string, resource: string): ContextKeys {
    if (!/^(iam|sts):/i.test(action)) return {};
    const target = this.#identities.findRoleByArn(resource) ?? this.#identities.findUserByArn(resource);
    return target ? tagKeys(['aws:ResourceTag', 'iam:ResourceTag'], target.tags) : {};
  }
}

/** Those of a request that it may say itself. */
function withoutDerived(context: ContextKeys = {}): ContextKeys {
  const isDerived = (key: string) =>
    DERIVED_KEYS.has(key.toLowerCase()) || /^(aws:(principal|resource)|iam:resource)tag\//i.test(key);
  return Object.fromEntries(Object.entries(context).filter(([key]) => !isDerived(key)));
}

function tagKeys(names: string[], tags: ReadonlyMap<string, string>): ContextKeys {
  return Object.fromEntries(names.flatMap((name) => [...tags].map(([key, value]) => [`${name}/${key}`, value])));
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function keysOf(principal: Principal): ContextKeys {
  switch (principal.kind) {
    case 'anonymous':
      return { 'aws:PrincipalType': 'Anonymous', 'aws:PrincipalAccount': 'anonymous', 'aws:userid': 'anonymous' };
    case 'service':
      return { 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': principal.service };
    case 'root':
      return { ...accountKeys(principal, 'Account'), 'aws:userid': principal.account };
    case 'user':
      return { ...accountKeys(principal, 'User'), 'aws:userid': principal.userId, 'aws:username': principal.name };
    case 'session':
      return {
        ...accountKeys({ account: principal.account, arn: principal.roleArn }, 'AssumedRole'),
        'aws:userid': `${principal.roleId}:${principal.sessionName}`,
        'aws:MultiFactorAuthPresent': 'false',
        'aws:TokenIssueTime': principal.issuedAt.toISOString(),
      };
  }
}

function accountKeys({ account, arn }: { account: string; arn: string }, type: string): ContextKeys {
  return {
    'aws:PrincipalType': type,
    'aws:PrincipalAccount': account,
    'aws:PrincipalArn': arn,
    'aws:PrincipalIsAWSService': 'false',
  };
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
