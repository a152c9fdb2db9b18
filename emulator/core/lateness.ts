/** What AWS does late: it is eventually consistent here, too, for those who ask for it. */
import type { Clock } from './api.ts';
import { Random } from './random.ts';

export interface LatenessOptions {
  seed: number;
  /** How late anything may be, in milliseconds; 2,000 unless given. AWS says "seconds" of IAM, and "minutes" of S3's notifications. */
  mostMs?: number;
}

interface Kept {
  value: unknown;
  until: number;
}

const MOST_MS = 2_000;

/**
 * A change is seen at a time that is drawn for it, from at once to `mostMs` later. Each thing has its own stream of numbers, so that with one
 * seed its nth change is always as late.
 */
export class Lateness {
  readonly #clock: Clock;
  readonly #options: Required<LatenessOptions> | undefined;
  readonly #kept = new Map<string, Kept>();
  readonly #draws = new Map<string, Random>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #exactly = 0;
  #begunAt = Number.POSITIVE_INFINITY;

  /** @param options without them nothing is late */
  constructor(clock: Clock, options: LatenessOptions | undefined) {
    this.#clock = clock;
    this.#options = options && { mostMs: MOST_MS, ...options };
  }

  /** In milliseconds; 0 where nothing is late. */
  get mostMs(): number {
    return this.#options?.mostMs ?? 0;
  }

  /** What is there by now has been for long, and is seen by everybody. */
  begin(): void {
    this.#begunAt = this.#clock();
  }

  /**
   * What a reader sees: as it is, or as it was at an earlier reading.
   * @param bornAt when it was made, for what nobody has looked at before: it is not seen at once either
   */
  seen<T>(what: string, read: () => T, bornAt?: (value: NonNullable<T>) => number): T | undefined {
    const now = this.#clock();
    if (this.#options === undefined || this.#exactly > 0 || now < this.#begunAt) return read();
    const kept = this.#kept.get(what);
    if (kept !== undefined && now < kept.until) return kept.value as T;
    const value = read();
    const lateMs = this.lateMs(what);
    const born = kept === undefined && value != null && bornAt !== undefined ? bornAt(value) : this.#begunAt;
    const shows = born > this.#begunAt ? born + lateMs : now;
    if (now < shows) this.#kept.set(what, { value: undefined, until: shows });
    else this.#kept.set(what, { value, until: now + lateMs });
    return now < shows ? undefined : value;
  }

  /** For what waits until it is consistent, as CloudFormation does. */
  exactly<T>(work: () => T): T {
    this.#exactly += 1;
    try {
      return work();
    } finally {
      this.#exactly -= 1;
    }
  }

  /** How late this is, in milliseconds: another number each time. */
  lateMs(what: string): number {
    if (this.#options === undefined) return 0;
    const draws = this.#draws.get(what) ?? new Random(this.#options.seed, what);
    this.#draws.set(what, draws);
    return draws.integer(this.#options.mostMs + 1);
  }

  /** Works at once where nothing is late. */
  later(what: string, work: () => void): void {
    if (this.#options === undefined) {
      work();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, this.lateMs(what));
    this.#timers.add(timer.unref());
  }

  /** How much is still on its way. */
  get held(): number {
    return this.#timers.size;
  }

  /** Drops what is on its way. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** Of what is consistent at once. */
export const ON_TIME = new Lateness(Date.now, undefined);
