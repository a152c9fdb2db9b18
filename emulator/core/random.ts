import { createHash } from 'node:crypto';

const ROUNDS_TO_MIX = 12;
const TWO_TO_32 = 2 ** 32;

/**
 * Numbers that look random and are the same for the same seed: sfc32 ("small fast counting", by Chris Doty-Humphrey, from PractRand),
 * 128 bits of state, started from the SHA-256 of seed and stream. Streams of one seed have nothing to do with each other.
 */
export class Random {
  readonly #state: Uint32Array;

  constructor(seed: number, stream: string) {
    const digest = createHash('sha256').update(`${seed} ${stream}`).digest();
    this.#state = Uint32Array.from([0, 4, 8], (offset) => digest.readUInt32LE(offset));
    // The fourth word counts the rounds, which is what gives every stream a long period.
    this.#state = Uint32Array.from([...this.#state, 1]);
    for (let round = 0; round < ROUNDS_TO_MIX; round++) this.#next32();
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    return this.#next32() / TWO_TO_32;
  }

  /** A whole number from 0 up to, but not including, `below`. */
  integer(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('There is nothing to pick from');
    return list[this.integer(list.length)]!;
  }

  #next32(): number {
    const state = this.#state;
    const [a, b, c, counter] = state as unknown as [number, number, number, number];
    const result = (a + b + counter) >>> 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + result;
    state[3] = counter + 1;
    return result;
  }
}
