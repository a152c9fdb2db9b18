/** Numbers that look random and are the same for the same seed. Streams of one seed have nothing to do with each other. */
import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

const TWO_TO_32 = 2 ** 32;

export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plusFromState>;

  constructor(seed: number, stream: string) {
    const digest = createHash('sha256').update(`${seed} ${stream}`).digest();
    this.#generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    return (this.#generator.next() >>> 0) / TWO_TO_32;
  }

  /** A whole number from 0 up to, but not including, `below`. @throws RangeError where there is none */
  integer(below: number): number {
    if (!(below >= 1)) throw new RangeError(`There is no whole number from 0 and below ${below}`);
    return uniformInt(this.#generator, 0, below - 1);
  }

  /** @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T {
    return list[this.integer(list.length)]!;
  }
}
