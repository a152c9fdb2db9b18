/** An organisation over the accounts: its policies say what accounts may do, and who may reach their resources, at most. */
import { ApiError } from '../core/api.ts';
import type { PolicyDocument } from '../core/policy-document.ts';
import type { Controls } from './authorizer.ts';
import reference from './condition-keys.json' with { type: 'json' };
import { parsePolicy } from './policy.ts';

/** What is attached to the root, or to an account. Documents, or their JSON text. */
export interface ControlPolicies {
  /** Beside AWS's FullAWSAccess, which is attached to everything. */
  serviceControlPolicies?: readonly unknown[];
  /** Takes FullAWSAccess away: the policies above are then all that is allowed. */
  withoutFullAccess?: boolean;
  resourceControlPolicies?: readonly unknown[];
}

/** Policies of its own are attached to the root. There are no organisational units. */
export interface OrganizationInput extends ControlPolicies {
  /** `o-…` */
  id?: string;
  /** Belongs to it, and no policy binds it. */
  managementAccount?: string;
  /** The members, by their 12 digits. */
  accounts?: Readonly<Record<string, ControlPolicies>>;
}

interface Attached {
  service: PolicyDocument[];
  resource: PolicyDocument[];
}

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const MAX_CHARACTERS = 5120;
const MAX_ATTACHED = 5;
const ID = 'o-local00001';
const FULL_ACCESS: PolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
};
const RESOURCE_CONTROLLED = new Set(reference.resourceControlled.split(' '));

export class Organization implements Controls {
  readonly #id: string;
  readonly #managementAccount: string | undefined;
  readonly #members = new Map<string, Attached>();
  #root: Attached;

  /** @throws ApiError `MalformedPolicyDocument` (400), `ConstraintViolation` (400) for a policy too large or one too many */
  constructor({ id = ID, managementAccount, accounts = {}, ...root }: OrganizationInput) {
    if (!/^o-[a-z0-9]{10,32}$/.test(id)) {
      throw new ApiError('InvalidInput', 400, `The organisation's id must be like o-exampleorgid, not ${id}`);
    }
    this.#id = id;
    this.#managementAccount = managementAccount;
    this.#root = parse(root, 'the root');
    for (const [account, policies] of Object.entries(accounts)) this.attach(account, policies);
  }

  /** Replaces what is attached to an account, which is a member from then on. @throws ApiError as the constructor */
  attach(account: string, policies: ControlPolicies): void {
    if (!/^\d{12}$/.test(account)) {
      throw new ApiError('InvalidInput', 400, `An account's id has 12 digits, not ${JSON.stringify(account)}`);
    }
    this.#members.set(account, parse(policies, account));
  }

  organizationOf(account: string): string | undefined {
    return account === this.#managementAccount || this.#members.has(account) ? this.#id : undefined;
  }

  serviceControlsOf(account: string): PolicyDocument[][] {
    return this.#levelsOf(account).map(({ service }) => service);
  }

  /** An action without a resource is out of their reach. */
  resourceControlsOf(account: string, action: string, resource: string): PolicyDocument[] {
    const isReached = RESOURCE_CONTROLLED.has(action.split(':')[0]!) && !/(^|:)\*$/.test(resource);
    return isReached ? this.#levelsOf(account).flatMap((level) => level.resource) : [];
  }

  #levelsOf(account: string): Attached[] {
    const own = this.#members.get(account);
    return own === undefined || account === this.#managementAccount ? [] : [this.#root, own];
  }
}

function parse(policies: ControlPolicies, holder: string): Attached {
  const { serviceControlPolicies = [], resourceControlPolicies = [], withoutFullAccess = false } = policies;
  const service = serviceControlPolicies.map((json, index) => {
    return parsePolicy(fitting(json), `service control policy ${index + 1} of ${holder}`, 'service control');
  });
  const resource = resourceControlPolicies.map((json, index) => {
    return parsePolicy(fitting(json), `resource control policy ${index + 1} of ${holder}`, 'resource control');
  });
  const attached = { service: withoutFullAccess ? service : [FULL_ACCESS, ...service], resource };
  // AWS's own policy for resources is always there.
  for (const [kind, size] of [
    ['service', attached.service.length],
    ['resource', resource.length + 1],
  ] as const) {
    if (size <= MAX_ATTACHED) continue;
    const problem = `${holder} has ${size} ${kind} control policies, with AWS's own; the most is ${MAX_ATTACHED}`;
    throw new ApiError('ConstraintViolation', 400, problem);
  }
  return attached;
}

/** White space between the elements doesn't count where AWS's console saves the policy. */
function fitting(json: unknown): unknown {
  const document: unknown = typeof json === 'string' ? JSON.parse(json) : json;
  const { length } = JSON.stringify(document);
  if (length <= MAX_CHARACTERS) return json;
  throw new ApiError(
    'ConstraintViolation',
    400,
    `A control policy has ${length} characters; the most is ${MAX_CHARACTERS}`,
  );
}
