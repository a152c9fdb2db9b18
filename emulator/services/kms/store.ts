/** The keys and aliases of all accounts. */
import { randomBytes } from 'node:crypto';
import { type Keeper, refill } from '../../core/keeper.ts';
import { arnOf, type Place } from '../../core/partition.ts';
import type { PolicyDocument } from '../../core/policy-document.ts';

export interface Key {
  policy: PolicyDocument;
  /** One that is turned off exists, and does nothing for anybody. */
  enabled: boolean;
  /** What ciphertexts are sealed with. */
  material: Buffer;
}

/** The KMS keys of all accounts and regions, which only templates make. */
export class KeyRegistry implements Keeper {
  readonly #keys = new Map<string, Key>();
  readonly #aliases = new Map<string, string>();

  snapshot() {
    return { keys: this.#keys, aliases: this.#aliases };
  }

  restore({ keys, aliases }: ReturnType<KeyRegistry['snapshot']>): void {
    refill(this.#keys, keys);
    refill(this.#aliases, aliases);
  }

  /** A key that is there already gets another policy. */
  add(keyArn: string, policy: PolicyDocument): void {
    const { material, enabled } = this.#keys.get(keyArn) ?? { material: randomBytes(32), enabled: true };
    this.#keys.set(keyArn, { policy, material, enabled });
  }

  addAlias(aliasArn: string, keyArn: string): void {
    this.#aliases.set(aliasArn, keyArn);
  }

  /** What is encrypted under it can't be read any more: its deletion is scheduled. */
  remove(keyArn: string): void {
    this.#keys.delete(keyArn);
  }

  removeAlias(aliasArn: string): void {
    this.#aliases.delete(aliasArn);
  }

  hasAlias(aliasArn: string): boolean {
    return this.#aliases.has(aliasArn);
  }

  arns(): string[] {
    return [...this.#keys.keys(), ...this.#aliases.keys()];
  }

  /** Changes to it hold at once. */
  get(keyArn: string): Key | undefined {
    return this.#keys.get(keyArn);
  }

  /** The key's ARN from its id, ARN, alias or alias ARN; undefined for a key that was never made. */
  find(key: string, place: Place): string | undefined {
    const arn = key.startsWith('arn:') ? key : arnOf('kms', place, key.startsWith('alias/') ? key : `key/${key}`);
    const keyArn = this.#aliases.get(arn) ?? arn;
    return this.#keys.has(keyArn) ? keyArn : undefined;
  }

  /** @throws Error for a key that was never made */
  resolve(key: string, place: Place): string {
    const keyArn = this.find(key, place);
    if (keyArn === undefined)
      throw new Error(`There is no KMS key ${key} in ${place.region}, account ${place.account}`);
    return keyArn;
  }
}
