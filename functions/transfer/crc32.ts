/** Combines the CRCs of an object's parts into the CRC of the whole object. */
import { crc32 } from 'node:zlib';

/** The 32-bit CRCs that S3 may keep of each part. */
export type CombinableCrc = 'CRC32' | 'CRC32C';

/** Bit-reversed, as in zlib: IEEE 802.3 and Castagnoli. */
const POLYNOMIALS: Record<CombinableCrc, number> = { CRC32: 0xedb88320, CRC32C: 0x82f63b78 };

/** The CRC and the length of a run of bytes. */
export interface Crc32Part {
  crc: number;
  lengthBytes: number;
}

/** The CRC of all parts one after the other, computed from their CRCs without their bytes. */
export function combineCrcs(algorithm: CombinableCrc, parts: readonly Crc32Part[]): number {
  const polynomial = POLYNOMIALS[algorithm];
  return parts.reduce((crc, part) => append(polynomial, crc, part), 0);
}

/** S3 writes a CRC as the base64 of its four bytes, big-endian. */
export function crc32ToBase64(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc >>> 0);
  return bytes.toString('base64');
}

export function crc32FromBase64(text: string): number {
  return Buffer.from(text, 'base64').readUInt32BE();
}

export function crc32OfBuffer(bytes: Buffer): string {
  return crc32ToBase64(crc32(bytes));
}

/**
 * CRCs are remainders of polynomials over GF(2). Appending n bytes multiplies the CRC before them by x^(8n), modulo the polynomial,
 * and adds (XOR) the CRC of the appended bytes.
 */
function append(polynomial: number, crc: number, part: Crc32Part): number {
  return (multiply(polynomial, crc, powerOfX(polynomial, part.lengthBytes * 8)) ^ part.crc) >>> 0;
}

/** x^exponent mod P, by squaring. The CRCs are bit-reversed, so bit 31 stands for x^0. */
function powerOfX(polynomial: number, exponent: number): number {
  let result = 0x80000000;
  let square = 0x40000000;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(polynomial, result, square);
    square = multiply(polynomial, square, square);
  }
  return result;
}

function multiply(polynomial: number, a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ polynomial : shifted >>> 1;
  }
  return product >>> 0;
}
