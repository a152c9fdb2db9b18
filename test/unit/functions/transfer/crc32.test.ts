import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { combineParts, crc32c } from '../../../../emulator/index.ts';
import { combineCrcs, crc32FromBase64, crc32OfBuffer, crc32ToBase64 } from '../../../../functions/transfer/crc32.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

test('the CRC32 of "123456789" is the published check value', () => {
  expect(Buffer.from(crc32OfBuffer(Buffer.from('123456789')), 'base64').toString('hex')).toBe('cbf43926');
});

test.each([
  ['no parts', []],
  ['one part', [7]],
  ['equal parts', [1000, 1000, 1000]],
  ['an empty part in the middle', [3, 0, 5]],
  ['odd sizes', [1, 65_537, 3, 131_072, 9]],
])('the combined CRC equals that of the whole: %s', (_, sizes) => {
  const parts = sizes.map((size, index) => Buffer.alloc(size, `part ${index}, unlike the others`));
  for (const [algorithm, crcOf] of [['CRC32', (bytes: Buffer) => crc32(bytes)] as const, ['CRC32C', crc32c] as const]) {
    const combined = combineCrcs(
      algorithm,
      parts.map((part) => ({ crc: crcOf(part), lengthBytes: part.length })),
    );
    expect(combined).toBe(crcOf(Buffer.concat(parts)));
  }
});

test('the largest object is combined as the local S3 combines it, whose arithmetic is another', () => {
  const GIB_5 = 5 * GIB;
  const parts = Array.from({ length: 10_000 }, (_, index) => ({
    crc: (index * 2_654_435_761) % 2 ** 32,
    lengthBytes: index % 7 === 0 ? GIB_5 : 5 * MIB + index,
  }));
  for (const algorithm of ['CRC32', 'CRC32C'] as const) {
    const combined = crc32ToBase64(combineCrcs(algorithm, parts));
    const asStored = parts.map(({ crc, lengthBytes }) => ({ checksum: crc32ToBase64(crc), sizeBytes: lengthBytes }));
    expect(combined).toBe(combineParts(algorithm, asStored));
  }
});

test.each([0, 1, 0xcbf43926, 0xffffffff])('a CRC of %i survives its base64', (crc) => {
  expect(crc32FromBase64(crc32ToBase64(crc))).toBe(crc);
});
