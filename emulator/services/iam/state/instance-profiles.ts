/** Instance profiles: what a machine is given, with the role in it. */
import { ApiError } from '../../../core/api.ts';
import type { Role } from './entities.ts';
import { newUniqueId } from './identifiers.ts';
import { isTaken, noSuchEntity } from './names.ts';
import type { Tags } from './tags.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: it cannot be raised */
const MAX_ROLES = 1;

export interface InstanceProfile {
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** `AIPA…` */
  readonly instanceProfileId: string;
  readonly createdAt: Date;
  roles: Role[];
  tags: Tags;
}

export class InstanceProfiles {
  readonly #profiles = new Map<string, InstanceProfile>();

  snapshot() {
    return this.all().map((profile) => ({ ...profile, roles: profile.roles.map(({ arn }) => arn) }));
  }

  restore(kept: ReturnType<InstanceProfiles['snapshot']>, roleOf: (arn: string) => Role): void {
    for (const profile of kept) this.#profiles.set(profile.arn, { ...profile, roles: profile.roles.map(roleOf) });
  }

  /** @throws ApiError `EntityAlreadyExists` (409) */
  add(made: Omit<InstanceProfile, 'instanceProfileId' | 'roles'>): InstanceProfile {
    if (isTaken(this.of(made.account), made.name)) {
      throw new ApiError('EntityAlreadyExists', 409, `Instance Profile ${made.name} already exists.`);
    }
    const profile = { ...made, instanceProfileId: newUniqueId('AIPA'), roles: [] };
    this.#profiles.set(made.arn, profile);
    return profile;
  }

  of(account: string): InstanceProfile[] {
    return this.all().filter((profile) => profile.account === account);
  }

  all(): InstanceProfile[] {
    return [...this.#profiles.values()];
  }

  find(account: string, name: string): InstanceProfile | undefined {
    return this.of(account).find((profile) => profile.name === name);
  }

  /** Those that a role is in. */
  withRole(role: Role): InstanceProfile[] {
    return this.all().filter(({ roles }) => roles.includes(role));
  }

  /** @throws ApiError `LimitExceeded` (409) for a second role, `EntityAlreadyExists` (409) for the same one */
  addRole(profile: InstanceProfile, role: Role): void {
    if (profile.roles.includes(role)) {
      throw new ApiError('EntityAlreadyExists', 409, `Role ${role.name} is already in the instance profile.`);
    }
    if (profile.roles.length >= MAX_ROLES) {
      const problem = `Cannot exceed quota for InstanceSessionsPerInstanceProfile: ${MAX_ROLES}`;
      throw new ApiError('LimitExceeded', 409, problem);
    }
    profile.roles = [...profile.roles, role];
  }

  /** @throws ApiError `NoSuchEntity` (404) */
  removeRole(profile: InstanceProfile, role: Role): void {
    if (!profile.roles.includes(role)) {
      throw noSuchEntity(`Role ${role.name} in Instance Profile ${profile.name} cannot be found.`);
    }
    profile.roles = profile.roles.filter((each) => each !== role);
  }

  /** @throws ApiError `DeleteConflict` (409) while a role is in it */
  remove(profile: InstanceProfile): void {
    if (profile.roles.length > 0) {
      const problem = 'Cannot delete entity, must remove roles from instance profile first.';
      throw new ApiError('DeleteConflict', 409, problem);
    }
    this.#profiles.delete(profile.arn);
  }
}
