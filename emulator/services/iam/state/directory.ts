/** The users, roles and groups of all accounts. */
import { checkHeld, checkTrustSize } from '../../../authorization/acceptance.ts';
import { bindPrincipals, type PrincipalIds } from '../../../authorization/principal.ts';
import { ApiError, type Clock } from '../../../core/api.ts';
import type { Credentials, IssuedKey } from '../../../core/credentials.ts';
import type { Keeper } from '../../../core/keeper.ts';
import { assumedRoleArn } from '../../../core/partition.ts';
import type { NamedPolicy, PolicyDocument } from '../../../core/policy-document.ts';
import { Accounts } from './accounts.ts';
import { Group, type NewGroup, type NewRole, type NewUser, Role, User } from './entities.ts';
import { newUniqueId } from './identifiers.ts';
import { InstanceProfiles } from './instance-profiles.ts';
import { KeptIdentities } from './kept-identities.ts';
import { KeyRing, type KeyStatus, type LongTermKey, type NewSession } from './key-ring.ts';
import { ManagedPolicies } from './managed-policies.ts';
import { alreadyExists, checkSessionDuration, isTaken, noSuchEntity, without } from './names.ts';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_ACCESS_KEYS_PER_USER = 2;

/** Everybody in all accounts: users, roles, root, and the keys and sessions by which they sign. Policies come parsed. */
export class Directory extends Accounts implements PrincipalIds, Keeper {
  readonly managedPolicies: ManagedPolicies;
  readonly instanceProfiles = new InstanceProfiles();
  readonly #clock: Clock;
  readonly #users = new Map<string, User>();
  readonly #roles = new Map<string, Role>();
  readonly #groups = new Map<string, Group>();
  readonly #keys: KeyRing;

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
    this.#keys = new KeyRing(clock);
    this.managedPolicies = new ManagedPolicies(clock);
  }

  snapshot() {
    const kept = new KeptIdentities(this.managedPolicies);
    return {
      partitions: this.accounts().map((account) => [account, this.partitionOf(account)] as const),
      managedPolicies: this.managedPolicies.snapshot(),
      groups: [...this.#groups.values()].map((group) => kept.group(group)),
      users: [...this.#users.values()].map((user) => kept.user(user)),
      roles: [...this.#roles.values()].map((role) => kept.role(role)),
      instanceProfiles: this.instanceProfiles.snapshot(),
      keys: this.#keys.snapshot(),
    };
  }

  restore(state: ReturnType<Directory['snapshot']>): void {
    const kept = new KeptIdentities(this.managedPolicies);
    for (const [account, partition] of state.partitions) this.addAccount(account, partition);
    this.managedPolicies.restore(state.managedPolicies);
    for (const group of state.groups) this.#groups.set(group.arn, kept.restoredGroup(group));
    const groupOf = (arn: string) => this.#groups.get(arn)!;
    for (const user of state.users) this.#users.set(user.arn, kept.restoredUser(user, groupOf));
    for (const role of state.roles) this.#roles.set(role.arn, kept.restoredRole(role));
    this.instanceProfiles.restore(state.instanceProfiles, (arn) => this.#roles.get(arn)!);
    this.#keys.restore(state.keys);
  }

  now(): Date {
    return new Date(this.#clock());
  }

  /**
   * @throws ApiError `EntityAlreadyExists` (409), `LimitExceeded` (409) for the size of its policies, `NoSuchEntity` (404) for an
   * account that was never added
   */
  addUser({ account, name, path = '/', policies = [], ...details }: NewUser): User {
    const arn = this.iamArn(account, `user${path}${name}`);
    if (isTaken(this.usersOf(account), name)) throw alreadyExists('User', name);
    checkHeld('user', name, [...policies], this.partitionOf(account));
    const made = { account, name, path, arn, policies, createdAt: this.now(), ...details };
    const user = new User({ ...made, userId: newUniqueId('AIDA') });
    this.#users.set(user.arn, user);
    return user;
  }

  /** The keys of a removed user, like its policies, are gone with it. @throws ApiError `NoSuchEntity` (404) */
  removeUser(account: string, name: string): void {
    const { arn } = this.#requireUser(account, name);
    for (const { accessKeyId } of this.accessKeysOf(account, name)) this.#keys.remove(accessKeyId);
    this.#users.delete(arn);
  }

  /** @throws ApiError `NoSuchEntity` (404), `LimitExceeded` (409) for a third key */
  addAccessKey(account: string, userName: string): LongTermKey {
    const { name, arn, userId } = this.#requireUser(account, userName);
    if (this.accessKeysOf(account, userName).length >= MAX_ACCESS_KEYS_PER_USER) {
      const problem = `Cannot exceed quota for AccessKeysPerUser: ${MAX_ACCESS_KEYS_PER_USER}`;
      throw new ApiError('LimitExceeded', 409, problem);
    }
    return this.#keys.issueLongTerm({ kind: 'user', account, name, arn, userId });
  }

  /** @throws ApiError `NoSuchEntity` (404) for a key that isn't this user's, too */
  removeAccessKey(account: string, userName: string, accessKeyId: string): void {
    this.#keys.remove(this.#requireKey(account, userName, accessKeyId).accessKeyId);
  }

  /** @throws ApiError `NoSuchEntity` (404) for a key that isn't this user's, too */
  setAccessKeyStatus(account: string, userName: string, accessKeyId: string, status: KeyStatus): void {
    this.#requireKey(account, userName, accessKeyId).status = status;
  }

  /** @throws ApiError `NoSuchEntity` (404) */
  accessKeysOf(account: string, userName: string): LongTermKey[] {
    return this.#keys.ofUser(this.#requireUser(account, userName).userId);
  }

  addRootKey(account: string): LongTermKey {
    return this.#keys.issueLongTerm({ kind: 'root', account, arn: this.iamArn(account, 'root') });
  }

  /**
   * @throws ApiError `MalformedPolicyDocument` (400) when the trust policy names a user or role that doesn't exist,
   * `ValidationError` (400) for the duration, `EntityAlreadyExists` (409), `LimitExceeded` (409) for the size of its policies,
   * `NoSuchEntity` (404) for an unknown account
   */
  addRole({ account, name, path = '/', policies = [], ...settings }: NewRole): Role {
    const { trust, maxSessionDurationSeconds = 3600, description, ...details } = settings;
    const arn = this.iamArn(account, `role${path}${name}`);
    if (isTaken(this.rolesOf(account), name)) throw alreadyExists('Role', name);
    checkSessionDuration(maxSessionDurationSeconds);
    checkTrustSize(trust);
    checkHeld('role', name, [...policies], this.partitionOf(account));
    const made = { account, name, path, arn, policies, createdAt: this.now(), ...details };
    const role = new Role({
      ...made,
      roleId: newUniqueId('AROA'),
      trust: bindPrincipals(trust, this, this.partitionOf(account)),
      maxSessionDurationSeconds,
      description,
    });
    this.#roles.set(role.arn, role);
    return role;
  }

  /** The sessions of a removed role are no longer known, as its policies are gone with it. */
  removeRole(arn: string): void {
    const role = this.#requireRole(arn);
    this.#roles.delete(arn);
    this.#keys.removeSessionsOf(role.roleId);
  }

  /** @throws ApiError `EntityAlreadyExists` (409), `LimitExceeded` (409) for the size of its policies */
  addGroup({ account, name, path = '/', policies = [] }: NewGroup): Group {
    const arn = this.iamArn(account, `group${path}${name}`);
    if (isTaken(this.groupsOf(account), name)) throw alreadyExists('Group', name);
    checkHeld('group', name, [...policies], this.partitionOf(account));
    const made = { account, name, path, arn, policies, createdAt: this.now() };
    const group = new Group({ ...made, groupId: newUniqueId('AGPA') });
    this.#groups.set(arn, group);
    return group;
  }

  removeGroup(group: Group): void {
    this.#groups.delete(group.arn);
  }

  /**
   * Adds the policy, or replaces the one of that name. Takes effect for sessions that are already running.
   * @throws ApiError `LimitExceeded` (409), `MalformedPolicyDocument` (400) for another partition's resource
   */
  putPolicy(holder: User | Role | Group, policy: NamedPolicy): void {
    const policies = [...holder.policies.filter(({ name }) => name !== policy.name), policy];
    checkHeld(holder.kind, holder.name, policies, this.partitionOf(holder.account));
    holder.policies = policies;
  }

  /** @throws ApiError as `putPolicy`, and `NoSuchEntity` (404) */
  putRolePolicy(arn: string, policy: NamedPolicy): void {
    this.putPolicy(this.#requireRole(arn), policy);
  }

  /** @throws ApiError `NoSuchEntity` (404) */
  removeRolePolicy(arn: string, policyName: string): void {
    const role = this.#requireRole(arn);
    role.policies = without(role.policies, policyName, 'role');
  }

  /**
   * Who may assume the role from now on; sessions that are already running stay.
   * @throws ApiError `MalformedPolicyDocument` (400) when it names a user or role that doesn't exist, `NoSuchEntity` (404)
   */
  replaceTrust(arn: string, trust: PolicyDocument): void {
    const role = this.#requireRole(arn);
    checkTrustSize(trust);
    role.trust = bindPrincipals(trust, this, this.partitionOf(role.account));
  }

  /** @throws ApiError as `putPolicy`, and `NoSuchEntity` (404) */
  putUserPolicy(account: string, userName: string, policy: NamedPolicy): void {
    this.putPolicy(this.#requireUser(account, userName), policy);
  }

  /** Gives out temporary credentials. Whoever calls this has checked the trust policy and the duration. */
  issueSession(session: NewSession): Credentials {
    return this.#keys.issueSession(session);
  }

  /** Expired sessions are still found: their caller is told that the token has expired. */
  findAccessKey(accessKeyId: string): IssuedKey | undefined {
    return this.#keys.find(accessKeyId);
  }

  usersOf(account: string): User[] {
    return [...this.#users.values()].filter((user) => user.account === account);
  }

  rolesOf(account: string): Role[] {
    return [...this.#roles.values()].filter((role) => role.account === account);
  }

  groupsOf(account: string): Group[] {
    return [...this.#groups.values()].filter((group) => group.account === account);
  }

  findUser(account: string, name: string): User | undefined {
    return this.usersOf(account).find((user) => user.name === name);
  }

  findRole(account: string, name: string): Role | undefined {
    return this.rolesOf(account).find((role) => role.name === name);
  }

  findGroup(account: string, name: string): Group | undefined {
    return this.groupsOf(account).find((group) => group.name === name);
  }

  findRoleByArn(arn: string): Role | undefined {
    return this.#roles.get(arn);
  }

  findUserByArn(arn: string): User | undefined {
    return this.#users.get(arn);
  }

  uniqueIdOf(arn: string): string | undefined {
    const [, account, roleName, sessionName] =
      /^arn:[^:]+:sts::(\d{12}):assumed-role\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
    if (sessionName === undefined) return this.#roles.get(arn)?.roleId ?? this.#users.get(arn)?.userId;
    const role = this.findRole(account!, roleName!);
    return role && assumedRoleArn(role, sessionName) === arn ? `${role.roleId}:${sessionName}` : undefined;
  }

  /** The way back from `uniqueIdOf`; undefined for an id whose user or role has been removed. */
  arnOf(uniqueId: string): string | undefined {
    const [id, sessionName] = uniqueId.split(':');
    const user = [...this.#users.values()].find(({ userId }) => userId === id);
    if (user) return user.arn;
    const role = [...this.#roles.values()].find(({ roleId }) => roleId === id);
    if (!role || sessionName === undefined) return role?.arn;
    return assumedRoleArn(role, sessionName);
  }

  hasUniqueId(id: string): boolean {
    const ids = [...this.#roles.values()].map(({ roleId }) => roleId);
    return [...ids, ...[...this.#users.values()].map(({ userId }) => userId)].includes(id);
  }

  #requireUser(account: string, name: string): User {
    const user = this.findUser(account, name);
    if (!user) throw noSuchEntity(`The user with name ${name} cannot be found.`);
    return user;
  }

  #requireKey(account: string, userName: string, accessKeyId: string): LongTermKey {
    const key = this.accessKeysOf(account, userName).find((each) => each.accessKeyId === accessKeyId);
    if (!key) throw noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`);
    return key;
  }

  #requireRole(arn: string): Role {
    const role = this.#roles.get(arn);
    if (!role) throw noSuchEntity(`The role with ARN ${arn} cannot be found.`);
    return role;
  }
}
