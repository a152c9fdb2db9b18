/** Which accounts there are, and the partition of each. */
import { ApiError } from '../../../core/api.ts';

/** The accounts, and of which partition each is. */
export class Accounts {
  readonly #partitions = new Map<string, string>();

  /**
   * @param account the 12 digits; adding one again changes nothing
   * @param partition the one to which it belongs for good; `aws` unless given
   * @throws Error for an account of another partition
   */
  addAccount(account: string, partition?: string): void {
    if (!/^\d{12}$/.test(account)) throw new TypeError(`An account id has 12 digits, not ${JSON.stringify(account)}`);
    const its = this.#partitions.get(account) ?? partition ?? 'aws';
    if (partition !== undefined && its !== partition) {
      throw new Error(`Account ${account} belongs to the partition ${its}, so there is none of it in ${partition}`);
    }
    this.#partitions.set(account, its);
  }

  accounts(): string[] {
    return [...this.#partitions.keys()];
  }

  /** @throws ApiError `NoSuchEntity` (404) for an account that was never added */
  partitionOf(account: string): string {
    const partition = this.#partitions.get(account);
    if (partition === undefined) throw new ApiError('NoSuchEntity', 404, `Account ${account} can't be found.`);
    return partition;
  }

  /**
   * @param resource e.g. `role/relay`
   * @throws ApiError `NoSuchEntity` (404) for an account that was never added
   */
  iamArn(account: string, resource: string): string {
    return `arn:${this.partitionOf(account)}:iam::${account}:${resource}`;
  }
}
