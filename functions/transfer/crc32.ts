import { Transform, type TransformCallback } from 'node:stream';
import { crc32 } from 'node:zlib';

/** CRC32's polynomial (IEEE 802.3), bit-reversed as zlib has it. */
const POLYNOMIAL = 0xedb88320;

/** The CRC32 of a run of bytes, and how many they were. */
export interface Crc32Part {
  crc: number;
  lengthBytes: number;
}

/** Passes bytes on unchanged and knows their CRC32 when they have all gone by. */
export class Crc32Tap extends Transform {
  #crc = 0;
  #lengthBytes = 0;

  get part(): Crc32Part {
    return { crc: this.#crc, lengthBytes: this.#lengthBytes };
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#crc = crc32(chunk, this.#crc);
    this.#lengthBytes += chunk.length;
    done(null, chunk);
  }
}

/** The CRC32 of all parts one after the other, from their own CRCs. */
export function combineCrc32(parts: readonly Crc32Part[]): number {
  return parts.reduce((crc, part) => append(crc, part), 0);
}

/** S3 writes a CRC32 as base64 of its four bytes, big-endian. */
export function crc32ToBase64(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc >>> 0);
  return bytes.toString('base64');
}

export function crc32OfBuffer(bytes: Buffer): string {
  return crc32ToBase64(crc32(bytes));
}

/**
 * Appending n bytes multiplies the CRC before them by x^(8n), modulo the polynomial:
 * CRCs are remainders of polynomials over GF(2), and the part's own CRC is added (XOR) afterwards.
 */
function append(crc: number, part: Crc32Part): number {
  return (multiply(crc, powerOfX(part.lengthBytes * 8)) ^ part.crc) >>> 0;
}

/** x^exponent mod P by squaring. Bit 31 stands for x^0, as CRC32 is bit-reversed. */
function powerOfX(exponent: number): number {
  let result = 0x80000000;
  let square = 0x40000000;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product >>> 0;
}
