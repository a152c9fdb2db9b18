import { crc32 } from 'node:zlib';

/** The 32-bit CRCs of which S3 keeps one for each part of a composite object. */
export type CombinableCrc = 'CRC32' | 'CRC32C';

/** Bit-reversed, as zlib has them: IEEE 802.3 and Castagnoli. */
const POLYNOMIALS: Record<CombinableCrc, number> = { CRC32: 0xedb88320, CRC32C: 0x82f63b78 };

/** The CRC of a run of bytes, and how many they were. */
export interface Crc32Part {
  crc: number;
  lengthBytes: number;
}

/** The CRC of all parts one after the other, from their own CRCs: no byte is needed for it. */
export function combineCrcs(algorithm: CombinableCrc, parts: readonly Crc32Part[]): number {
  const polynomial = POLYNOMIALS[algorithm];
  return parts.reduce((crc, part) => append(polynomial, crc, part), 0);
}

/** S3 writes such a CRC as base64 of its four bytes, big-endian. */
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
 * Appending n bytes multiplies the CRC before them by x^(8n), modulo the polynomial:
 * CRCs are remainders of polynomials over GF(2), and the part's own CRC is added (XOR) afterwards.
 */
function append(polynomial: number, crc: number, part: Crc32Part): number {
  return (multiply(polynomial, crc, powerOfX(polynomial, part.lengthBytes * 8)) ^ part.crc) >>> 0;
}

/** x^exponent mod P by squaring. Bit 31 stands for x^0, as these CRCs are bit-reversed. */
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
