/**
 * The CRC of a whole from the CRCs of its parts, without reading a byte again.
 *
 * Appending n bytes to A multiplies A's polynomial by x^(8n) modulo the CRC's polynomial, and adding B is an XOR. The
 * all-ones start and end values that the three CRCs below share cancel out in that sum.
 * Polynomials are reflected: the highest coefficient is the lowest bit.
 */

export type CrcAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME';

class Field {
  readonly #polynomial: bigint;
  /** x^0, the neutral element: the highest bit, since bits are reflected. */
  readonly #one: bigint;
  /** x^(2^k), grown on demand. */
  readonly #squares: bigint[];
  #lastShift: { bytes: number; factor: bigint } | undefined;

  constructor(width: bigint, polynomial: bigint) {
    this.#polynomial = polynomial;
    this.#one = 1n << (width - 1n);
    this.#squares = [this.#one >> 1n];
  }

  multiply(a: bigint, b: bigint): bigint {
    let product = 0n;
    let shifted = b;
    for (let bit = this.#one; bit !== 0n; bit >>= 1n) {
      if (a & bit) product ^= shifted;
      shifted = shifted & 1n ? (shifted >> 1n) ^ this.#polynomial : shifted >> 1n;
    }
    return product;
  }

  /** x^(8 × bytes). The last one is kept: all parts of an upload but the final one are of one size. */
  shift(bytes: number): bigint {
    if (this.#lastShift?.bytes === bytes) return this.#lastShift.factor;
    let factor = this.#one;
    let exponent = BigInt(bytes) * 8n;
    for (let power = 0; exponent > 0n; power++, exponent >>= 1n) {
      if (exponent & 1n) factor = this.multiply(factor, this.#square(power));
    }
    this.#lastShift = { bytes, factor };
    return factor;
  }

  #square(power: number): bigint {
    for (let next = this.#squares.length; next <= power; next++) {
      const previous = this.#squares[next - 1]!;
      this.#squares.push(this.multiply(previous, previous));
    }
    return this.#squares[power]!;
  }
}

const FIELDS: Record<CrcAlgorithm, Field> = {
  CRC32: new Field(32n, 0xedb88320n),
  CRC32C: new Field(32n, 0x82f63b78n),
  CRC64NVME: new Field(64n, 0x9a6c9329ac4bc9b5n),
};

/** The CRC of A followed by B, given both CRCs and the length of B. */
export function combineCrc(algorithm: CrcAlgorithm, crcA: bigint, crcB: bigint, lengthOfBBytes: number): bigint {
  const field = FIELDS[algorithm];
  return field.multiply(field.shift(lengthOfBBytes), crcA) ^ crcB;
}

/** The CRC of that many zero bytes, found by doubling: as fast for 10 GiB as for 10 bytes. */
export function crcOfZeros(algorithm: CrcAlgorithm, crcOfOneZero: bigint, lengthBytes: number): bigint {
  let total = 0n;
  let block = crcOfOneZero;
  let blockBytes = 1;
  for (let rest = BigInt(lengthBytes); rest > 0n; rest >>= 1n) {
    if (rest & 1n) total = combineCrc(algorithm, total, block, blockBytes);
    block = combineCrc(algorithm, block, block, blockBytes);
    blockBytes *= 2;
  }
  return total;
}
