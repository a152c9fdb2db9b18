/** The tokens of a machine's metadata service. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/api.ts';

const MAX_TTL_SECONDS = 21_600;

export class Tokens {
  readonly #clock: Clock;
  /** Token → when it ends. */
  readonly #ends = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined for a time to live that isn't from 1 to 21,600 seconds. */
  issue(ttlSeconds: string): string | undefined {
    if (!/^\d{1,5}$/.test(ttlSeconds)) return undefined;
    const seconds = Number(ttlSeconds);
    if (seconds < 1 || seconds > MAX_TTL_SECONDS) return undefined;
    const token = `${randomBytes(40).toString('base64url')}==`;
    this.#ends.set(token, this.#clock() + seconds * 1000);
    return token;
  }

  isValid(token: string | string[] | undefined): boolean {
    return typeof token === 'string' && (this.#ends.get(token) ?? 0) > this.#clock();
  }
}
