import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { SourceObject } from '../../../functions/source-object.ts';
import { checksumMember, fullObjectChecksum, worksForMultipart } from '../../../functions/transfer/checksum.ts';
import { Crc32Tap, combineCrc32, crc32OfBuffer } from '../../../functions/transfer/crc32.ts';
import { partSizeFor, planTransfer, splitIntoParts } from '../../../functions/transfer/plan.ts';
import { MAX_OBJECT_BYTES } from '../../../functions/transfer/plan-large.ts';
import { storageClassFor } from '../../../functions/transfer/storage-class.ts';
import { aState } from '../../support/relay.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const TIB = 1024 ** 4;
const SOURCE = new SourceObject('source', 'key');

describe('planTransfer', () => {
  const ofWhole = { algorithm: 'CRC64NVME', value: 'AAAAAAAAAAA=' } as const;
  test.each([
    ['nothing', 0, 'single', 'single'],
    ['one byte', 1, 'single', 'single'],
    ['a byte less than in memory', MIB - 1, 'single', 'single'],
    ['just within memory', MIB, 'single', 'single'],
    ['one byte more', MIB + 1, 'single', 1],
    ['a byte less than a part', 64 * MIB - 1, 'single', 1],
    ['one part', 64 * MIB, 'single', 1],
    ['a part and a byte', 64 * MIB + 1, 2, 2],
    ['a byte less than the largest', 5 * GIB - 1, 80, 80],
    ['the largest', 5 * GIB, 80, 80],
    ['more than one invocation takes', 5 * GIB + 1, 'large', 'large'],
  ])('%s: %i bytes → %s, or %s without a checksum to hand on', (_, sizeBytes, expected, without) => {
    const kindOf = (checksum: typeof ofWhole | undefined) => {
      const plan = planTransfer(SOURCE, aState({ sizeBytes, checksum }), 5 * GIB);
      return plan.kind === 'multipart' ? plan.parts.length : plan.kind;
    };
    expect(kindOf(ofWhole)).toBe(expected);
    expect(kindOf(undefined)).toBe(without);
  });

  test.each([
    ['STANDARD', undefined, true],
    ['GLACIER_IR', undefined, true],
    ['GLACIER', undefined, false],
    ['DEEP_ARCHIVE', undefined, false],
    ['GLACIER', 'ongoing-request="true"', false],
    ['GLACIER', 'ongoing-request="false", expiry-date="Fri, 21 Dec 2029 00:00:00 GMT"', true],
  ])('%s with restore %s can be read: %s', (storageClass, restore, readable) => {
    const plan = () => planTransfer(SOURCE, aState({ storageClass, restore }), 5 * GIB);
    if (readable) expect(plan().kind).toBe('single');
    else expect(plan).toThrow('restore it first');
  });
});

describe('part sizes', () => {
  test.each([
    ['10,000 parts of 64 MiB', 625 * GIB, 64, 10_000, 64 * MIB],
    ['a byte less', 625 * GIB - 1, 64, 10_000, 64 * MIB - 1],
    ['a byte more would be part 10,001', 625 * GIB + 1, 65, 9_847, 10 * MIB + 1],
    ['5 TiB, the limit of S3 until lately', 5 * TIB, 525, 9_987, 230 * MIB],
    ['the largest there is: 10,000 parts of 5 GiB', MAX_OBJECT_BYTES, 5 * 1024, 10_000, 5 * GIB],
    ['a byte less than that', MAX_OBJECT_BYTES - 1, 5 * 1024, 10_000, 5 * GIB - 1],
  ])('%s: %i bytes → parts of %i MiB, %i of them', (_, sizeBytes, partMiB, parts, lastBytes) => {
    const partSizeBytes = partSizeFor(sizeBytes);
    expect(partSizeBytes).toBe(partMiB * MIB);
    const all = splitIntoParts(sizeBytes, partSizeBytes);
    expect(all).toHaveLength(parts);
    expect(all.at(-1)).toMatchObject({ number: parts, lengthBytes: lastBytes });
  });
});

describe('parts', () => {
  test.each([1, 5 * MIB, 64 * MIB - 1, 64 * MIB, 64 * MIB + 1, 5 * GIB, 640 * GIB, TIB, 48.8 * TIB].map(Math.floor))(
    '%i bytes are covered once, in order, within S3’s limits',
    (sizeBytes) => {
      const partSizeBytes = partSizeFor(sizeBytes);
      const parts = splitIntoParts(sizeBytes, partSizeBytes);
      expect(parts.length).toBeLessThanOrEqual(10_000);
      expect(partSizeBytes).toBeLessThanOrEqual(5 * GIB);
      let next = 0;
      parts.forEach((part, index) => {
        expect(part.number).toBe(index + 1);
        expect(part.offsetBytes).toBe(next);
        next += part.lengthBytes;
        if (index < parts.length - 1) expect(part.lengthBytes).toBe(partSizeBytes);
      });
      expect(next).toBe(sizeBytes);
    },
  );
});

describe('the storage class that is asked for', () => {
  const map = { STANDARD: 'STANDARD_IA', REDUCED_REDUNDANCY: 'STANDARD' };
  test.each([
    ['no rule', undefined, 'STANDARD_IA', undefined],
    ['copied', 'copy', 'STANDARD', 'STANDARD'],
    ['copied', 'copy', 'GLACIER_IR', 'GLACIER_IR'],
    ['fixed', 'ONEZONE_IA', 'STANDARD', 'ONEZONE_IA'],
    ['mapped', map, 'STANDARD', 'STANDARD_IA'],
    ['mapped', map, 'REDUCED_REDUNDANCY', 'STANDARD'],
    ['not in the map', map, 'INTELLIGENT_TIERING', 'INTELLIGENT_TIERING'],
  ])('%s: by %j, from %s → %s', (_, rule, sourceClass, expected) => {
    expect(storageClassFor(rule, sourceClass)).toBe(expected);
  });
});

describe('checksums', () => {
  test.each([
    ['the default', { ChecksumCRC64NVME: 'a', ChecksumType: 'FULL_OBJECT' }, { algorithm: 'CRC64NVME', value: 'a' }],
    [
      'SHA-256 of one PutObject',
      { ChecksumSHA256: 'b', ChecksumType: 'FULL_OBJECT' },
      { algorithm: 'SHA256', value: 'b' },
    ],
    ['composite', { ChecksumCRC32: 'c-3', ChecksumType: 'COMPOSITE' }, undefined],
    ['none', {}, undefined],
    ['a value of unknown type', { ChecksumCRC32: 'd' }, undefined],
  ])('%s is handed on as %j', (_, answer, expected) => expect(fullObjectChecksum(answer)).toEqual(expected));

  test.each([
    ['CRC64NVME', true],
    ['CRC32', true],
    ['CRC32C', true],
    ['SHA1', false],
    ['SHA256', false],
  ] as const)('%s can be proved over a multipart upload: %s', (algorithm, works) => {
    expect(worksForMultipart({ algorithm, value: 'x' })).toBe(works);
  });

  test('each goes in the member of its own name', () => {
    expect(checksumMember({ algorithm: 'CRC32C', value: 'x' })).toEqual({ ChecksumCRC32C: 'x' });
  });

  test('the CRC32 of "123456789" is the published check value', () => {
    expect(Buffer.from(crc32OfBuffer(Buffer.from('123456789')), 'base64').toString('hex')).toBe('cbf43926');
  });

  test.each([
    ['no parts', []],
    ['one part', [7]],
    ['equal parts', [1000, 1000, 1000]],
    ['an empty part in the middle', [3, 0, 5]],
    ['odd sizes', [1, 65_537, 3, 131_072, 9]],
  ])('the combined CRC32 equals that of the whole: %s', (_, sizes) => {
    const parts = sizes.map((size, index) => Buffer.alloc(size, `part ${index}, unlike the others`));
    const combined = combineCrc32(parts.map((part) => ({ crc: crc32(part), lengthBytes: part.length })));
    expect(combined).toBe(crc32(Buffer.concat(parts)));
  });

  test('bytes pass through the tap unchanged, and their CRC32 is known', async () => {
    const chunks = [Buffer.from('123'), Buffer.from('456789')];
    const tap = new Crc32Tap();
    for (const chunk of chunks) tap.write(chunk);
    tap.end();
    expect(Buffer.concat(await tap.toArray()).toString()).toBe('123456789');
    expect(tap.part).toEqual({ crc: 0xcbf43926, lengthBytes: 9 });
  });
});
