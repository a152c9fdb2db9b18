/** The keys of users, of root and of sessions. */
import type { Clock, Principal } from '../../../core/api.ts';
import type { AccessKey, Credentials, IssuedKey } from '../../../core/credentials.ts';
import { type Keeper, refill } from '../../../core/keeper.ts';
import { assumedRoleArn } from '../../../core/partition.ts';
import type { PolicyDocument } from '../../../core/policy-document.ts';
import type { Role } from './entities.ts';
import { newAccessKeyId, newSecret, newSessionToken } from './identifiers.ts';

export type KeyStatus = 'Active' | 'Inactive';

/** As it is given out, and listed. */
export interface LongTermKey extends AccessKey {
  createdAt: Date;
  /** An inactive key signs nothing, and is as good as unknown. */
  status: KeyStatus;
}

type StoredKey = IssuedKey & LongTermKey;

export interface NewSession {
  role: Pick<Role, 'account' | 'name' | 'arn' | 'roleId'>;
  sessionName: string;
  durationSeconds: number;
  sessionPolicies?: PolicyDocument[];
}

/** The keys that requests are signed with: long-term ones of users and root, temporary ones of roles' sessions. */
export class KeyRing implements Keeper {
  readonly #clock: Clock;
  readonly #keys = new Map<string, StoredKey>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Without sessions that have expired. */
  snapshot(): ReadonlyMap<string, StoredKey> {
    const now = this.#clock();
    return new Map(
      [...this.#keys].filter(([, { temporary }]) => (temporary?.expiresAt ?? Number.POSITIVE_INFINITY) > now),
    );
  }

  restore(kept: ReadonlyMap<string, StoredKey>): void {
    refill(this.#keys, kept);
  }

  /** Expired sessions are still found: their caller is told that the token has expired. */
  find(accessKeyId: string): IssuedKey | undefined {
    const key = this.#keys.get(accessKeyId);
    return key?.status === 'Active' ? key : undefined;
  }

  ofUser(id: string): LongTermKey[] {
    return [...this.#keys.values()].filter(({ principal }) => principal.kind === 'user' && principal.userId === id);
  }

  issueLongTerm(principal: Principal): LongTermKey {
    const key: StoredKey = {
      accessKeyId: newAccessKeyId('AKIA'),
      secretAccessKey: newSecret(),
      createdAt: this.#now(),
      status: 'Active',
      principal,
    };
    this.#keys.set(key.accessKeyId, key);
    return key;
  }

  issueSession({ role, sessionName, durationSeconds, sessionPolicies = [] }: NewSession): Credentials {
    const { account, name: roleName, arn: roleArn, roleId } = role;
    const arn = assumedRoleArn(role, sessionName);
    const expiresAt = this.#clock() + durationSeconds * 1000;
    const sessionToken = newSessionToken();
    const issuedAt = this.#now();
    const key: StoredKey = {
      accessKeyId: newAccessKeyId('ASIA'),
      secretAccessKey: newSecret(),
      createdAt: issuedAt,
      status: 'Active',
      principal: { kind: 'session', account, roleArn, roleName, roleId, sessionName, arn, sessionPolicies, issuedAt },
      temporary: { sessionToken, expiresAt },
    };
    this.#keys.set(key.accessKeyId, key);
    const { accessKeyId, secretAccessKey } = key;
    return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiresAt) };
  }

  remove(accessKeyId: string): void {
    this.#keys.delete(accessKeyId);
  }

  removeSessionsOf(roleId: string): void {
    for (const [accessKeyId, { principal }] of this.#keys) {
      if (principal.kind === 'session' && principal.roleId === roleId) this.#keys.delete(accessKeyId);
    }
  }

  #now(): Date {
    return new Date(this.#clock());
  }
}
