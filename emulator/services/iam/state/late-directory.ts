/** IAM as the other services see it: changes of users, roles and keys reach them late. */
import type { Identities } from '../../../authorization/authorizer.ts';
import type { Credentials, IssuedKey, KeyFinder } from '../../../core/credentials.ts';
import type { Lateness } from '../../../core/lateness.ts';
import type { NamedPolicy } from '../../../core/policy-document.ts';
import type { Directory } from './directory.ts';
import type { Role, User } from './entities.ts';

export class LateDirectory implements Identities, KeyFinder {
  readonly #directory: Directory;
  readonly #lateness: Lateness;
  readonly #reader: string;

  /** @param reader each is late by itself: a role may be assumed before its permissions are known */
  constructor(directory: Directory, lateness: Lateness, reader: string) {
    this.#directory = directory;
    this.#lateness = lateness;
    this.#reader = reader;
  }

  findUserByArn(arn: string): User | undefined {
    return this.#seen(arn, this.#directory.findUserByArn(arn), keptUser);
  }

  findRoleByArn(arn: string): Role | undefined {
    return this.#seen(arn, this.#directory.findRoleByArn(arn), kept);
  }

  /** Sessions are known at once, and everywhere: their token says who they are. */
  findAccessKey(accessKeyId: string): IssuedKey | undefined {
    const key = this.#directory.findAccessKey(accessKeyId);
    if (key?.temporary) return key;
    return this.#seen(accessKeyId, key, (each) => ({ ...each }));
  }

  issueSession(...session: Parameters<Directory['issueSession']>): Credentials {
    return this.#directory.issueSession(...session);
  }

  partitionOf(account: string): string {
    return this.#directory.partitionOf(account);
  }

  /** @param copy makes one which later changes don't reach; each request asks, so that it is spared where nothing is late */
  #seen<T extends object & { createdAt?: Date }>(what: string, now: T | undefined, copy: (now: T) => T): T | undefined {
    if (this.#lateness.mostMs === 0) return now;
    const read = () => now && copy(now);
    return this.#lateness.seen(`${this.#reader} ${what}`, read, ({ createdAt }) => createdAt?.getTime() ?? 0);
  }
}

function keptUser(user: User): User {
  return keep(kept(user), { groupPolicies: user.groupPolicies.map(documentOf) });
}

/** With its policies as they are now: a managed one may get another version, and so may a boundary. */
function kept<T extends User | Role>(identity: T): T {
  const copy: T = Object.assign(Object.create(Object.getPrototypeOf(identity)), identity);
  const { permissionsBoundary, policies } = identity;
  return keep(copy, { permissionsBoundary, policies: policies.map(documentOf) });
}

/** Own properties, in place of the class's getters. */
function keep<T extends object>(copy: T, values: object): T {
  for (const [name, value] of Object.entries(values)) Object.defineProperty(copy, name, { value, enumerable: true });
  return copy;
}

function documentOf({ name, document }: NamedPolicy): NamedPolicy {
  return { name, document };
}
