import { crc32 } from 'node:zlib';

/** What one upload brings. A letter stands for one byte of a small object, or for a whole part of a large one. */
export interface Content {
  letters: string;
  isLarge: boolean;
  /** Whether S3 has a checksum over the whole object to hand on: it has none of old objects and of composite ones. */
  hasChecksum: boolean;
  /** What a letter of a large one stands for, where it isn't the smallest part. */
  letterBytes?: number;
  /** What the object's metadata say. */
  metadata: string;
}

/** The part size of functions/transfer/plan.ts: a large object of three letters travels in three parts. */
const PART_BYTES = 64 * 1024 ** 2;

export function bytesPerLetter({ isLarge, letterBytes = PART_BYTES }: Content): number {
  return isLarge ? letterBytes : 1;
}

export function sizeBytes(content: Content): number {
  return content.letters.length * bytesPerLetter(content);
}

/** The letters that a Range header asks for; all of them without one. */
export function lettersOf(content: Content, range: string | undefined): string {
  if (range === undefined) return content.letters;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  const from = Number(first) / bytesPerLetter(content);
  const to = (Number(last) + 1) / bytesPerLetter(content);
  if (!Number.isInteger(from) || !Number.isInteger(to)) throw new Error(`the range ${range} cuts a letter`);
  return content.letters.slice(from, to);
}

/** As S3 writes it: base64 of four bytes, big-endian. */
export function checksumOf(letters: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(letters));
  return bytes.toString('base64');
}

/** Equal bytes have equal ETags, and here one can read them. */
export function eTagOf(letters: string): string {
  return `"${letters}"`;
}
