/** Users, roles and groups as they are kept: managed policies by their ARN, groups by theirs. */
import type { NamedPolicy } from '../../../core/policy-document.ts';
import { Group, Role, User } from './entities.ts';
import type { ManagedPolicies } from './managed-policies.ts';

type KeptPolicy = string | NamedPolicy;
type Kept<T> = Omit<T, 'kind' | 'policies' | 'boundary' | 'permissionsBoundary' | 'groupPolicies' | 'groups'> & {
  policies: KeptPolicy[];
};
type KeptIdentity<T> = Kept<T> & { boundary: KeptPolicy | undefined };
export type KeptRole = KeptIdentity<Role>;
export type KeptUser = KeptIdentity<User> & { groups: string[] };
export type KeptGroup = Kept<Group>;

export class KeptIdentities {
  readonly #managed: ManagedPolicies;

  constructor(managed: ManagedPolicies) {
    this.#managed = managed;
  }

  role({ kind: _, boundary, policies, ...role }: Role): KeptRole {
    return { ...role, policies: this.#named(policies), boundary: boundary && this.#nameOf(boundary) };
  }

  user({ kind: _, boundary, policies, groups, ...user }: User): KeptUser {
    return {
      ...user,
      policies: this.#named(policies),
      boundary: boundary && this.#nameOf(boundary),
      groups: groups.map(({ arn }) => arn),
    };
  }

  group({ kind: _, policies, ...group }: Group): KeptGroup {
    return { ...group, policies: this.#named(policies) };
  }

  restoredRole({ boundary, policies, ...role }: KeptRole): Role {
    const permissionsBoundary = boundary === undefined ? undefined : this.#find(boundary);
    return new Role({ ...role, policies: this.#found(policies), permissionsBoundary });
  }

  restoredUser({ boundary, policies, groups, ...kept }: KeptUser, groupOf: (arn: string) => Group): User {
    const permissionsBoundary = boundary === undefined ? undefined : this.#find(boundary);
    const user = new User({ ...kept, policies: this.#found(policies), permissionsBoundary });
    user.groups = groups.map(groupOf);
    return user;
  }

  restoredGroup({ policies, ...group }: KeptGroup): Group {
    return new Group({ ...group, policies: this.#found(policies) });
  }

  #named(policies: readonly NamedPolicy[]): KeptPolicy[] {
    return policies.map((policy) => this.#nameOf(policy));
  }

  #nameOf(policy: NamedPolicy): KeptPolicy {
    const { name, document } = policy;
    return this.#managed.find(name) === policy ? name : { name, document };
  }

  #found(policies: readonly KeptPolicy[]): NamedPolicy[] {
    return policies.map((policy) => this.#find(policy));
  }

  /** @throws Error for a policy managed by AWS that is no longer known here */
  #find(policy: KeptPolicy): NamedPolicy {
    const found = typeof policy === 'string' ? this.#managed.find(policy) : policy;
    if (found) return found;
    throw new Error(`nothing is known of the managed policy ${String(policy)}`);
  }
}
