/** Answers the services' question whether a caller may do something, from policies and the keys of the request. */
import {
  type AccessRequest,
  ApiError,
  type Authorizer,
  type Clock,
  type ContextKeys,
  type Principal,
} from '../core/api.ts';
import type { NamedPolicy, PolicyDocument } from '../core/policy-document.ts';
import { keysOf, tagKeys, timeKeys, withoutDerived } from './caller-keys.ts';
import { type Context, mergeContext } from './context.ts';
import { type Decision, evaluate, type PolicySource } from './evaluate.ts';

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
  resourceControlsOf(account: string, action: string, resource: string): readonly PolicyDocument[];
}

const NO_ORGANIZATION: Controls = {
  organizationOf: () => undefined,
  serviceControlsOf: () => [],
  resourceControlsOf: () => [],
};

export class IamAuthorizer implements Authorizer {
  readonly #identities: Identities;
  readonly #controls: Controls;
  readonly #clock: Clock;

  constructor(identities: Identities, controls: Controls = NO_ORGANIZATION, clock: Clock = Date.now) {
    this.#identities = identities;
    this.#controls = controls;
    this.#clock = clock;
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
      resourceControls: this.#controls.resourceControlsOf(resourceAccount, action, resource),
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
      timeKeys(this.#clock()),
      withoutDerived(caller.context),
      withoutDerived(context, /^aws:principaltag\//i),
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
