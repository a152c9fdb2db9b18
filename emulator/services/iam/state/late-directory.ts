/** IAM as the other services see it: changes of users, roles and keys reach them late. */
import type { Identities } from '../../../authorization/authorizer.ts';
import type { Credentials, IssuedKey, KeyFinder } from '../../../core/credentials.ts';
import type { Lateness } from '../../../core/lateness.ts';
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
    return this.#seen(arn, () => this.#directory.findUserByArn(arn));
  }

  findRoleByArn(arn: string): Role | undefined {
    return this.#seen(arn, () => this.#directory.findRoleByArn(arn));
  }

  /** Sessions are known at once, and everywhere: their token says who they are. */
  findAccessKey(accessKeyId: string): IssuedKey | undefined {
    const key = this.#directory.findAccessKey(accessKeyId);
    if (key?.temporary) return key;
    return this.#seen(accessKeyId, () => key);
  }

  issueSession(...session: Parameters<Directory['issueSession']>): Credentials {
    return this.#directory.issueSession(...session);
  }

  partitionOf(account: string): string {
    return this.#directory.partitionOf(account);
  }

  /** A copy, which later changes don't reach. */
  #seen<T extends object & { createdAt?: Date }>(what: string, read: () => T | undefined): T | undefined {
    const copy = () => {
      const now = read();
      return now && { ...now };
    };
    return this.#lateness.seen(`${this.#reader} ${what}`, copy, ({ createdAt }) => createdAt?.getTime() ?? 0);
  }
}
