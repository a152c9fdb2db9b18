import { describe, expect, test } from 'vitest';
import { SourceObject } from '../../../../functions/core/source-object.ts';
import type { ChecksumAlgorithm } from '../../../../functions/transfer/checksum.ts';
import { type PlanLimits, partSizeFor, planTransfer, splitIntoParts } from '../../../../functions/transfer/plan.ts';
import { MAX_OBJECT_BYTES } from '../../../../functions/transfer/plan-large.ts';
import type { Proof } from '../../../../functions/transfer/proof.ts';
import { aState } from '../../../support/relay.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const TIB = 1024 ** 4;
const SOURCE = new SourceObject('source', 'key');

const COMBINED = { kind: 'combined', algorithm: 'CRC32' } as const;
const LIMITS = { largeObjectBytes: 5 * GIB };
const handedOn = (algorithm: ChecksumAlgorithm, origin: 'source' | 'sourceETag' = 'source'): Proof => ({
  kind: 'handedOn',
  checksum: { algorithm, value: 'x' },
  origin,
});
const compared = (parts: number): Proof => ({
  kind: 'compared',
  algorithm: 'SHA256',
  value: 'x',
  parts,
  origin: 'sourceParts',
});
const planned = (sizeBytes: number, proof: Proof, limits: PlanLimits = LIMITS) => {
  const plan = planTransfer(SOURCE, aState({ sizeBytes, proof }), limits);
  return plan.kind === 'multipart' ? plan.parts.length : plan.kind;
};

describe('planTransfer', () => {
  test.each([
    ['nothing', 0, 'single', 'single', 'single'],
    ['one byte', 1, 'single', 'single', 'single'],
    ['a byte less than in memory', MIB - 1, 'single', 'single', 'single'],
    ['just within memory', MIB, 'single', 'single', 'single'],
    ['one byte more', MIB + 1, 'single', 'single', 1],
    ['a byte less than a part', 64 * MIB - 1, 'single', 'single', 1],
    ['one part', 64 * MIB, 'single', 'single', 1],
    ['a part and a byte', 64 * MIB + 1, 2, 'single', 2],
    ['a byte less than the largest', 5 * GIB - 1, 80, 'single', 80],
    ['the largest', 5 * GIB, 80, 'single', 80],
    ['more than one invocation takes', 5 * GIB + 1, 'large', 'Unprovable', 'large'],
  ])('%s: %i bytes → %s by a CRC, %s by a digest of the whole, %s on trust', (_, sizeBytes, crc, digest, trust) => {
    for (const proof of [handedOn('CRC64NVME'), handedOn('CRC32'), { ...COMBINED, parts: 3 }])
      expect(planned(sizeBytes, proof)).toBe(crc);
    for (const algorithm of ['SHA1', 'SHA256', 'SHA512', 'MD5', 'XXHASH3'] as const) {
      const plan = () => planned(sizeBytes, handedOn(algorithm));
      if (digest === 'Unprovable') expect(plan).toThrow(expect.objectContaining({ code: digest, retryable: false }));
      else expect(plan()).toBe(digest);
    }
    expect(planned(sizeBytes, { kind: 'none' })).toBe(trust);
  });

  test.each([
    ['one small part', MIB, 1, 'single'],
    ['one part', MIB + 1, 1, 1],
    ['as many parts as the source has', 100 * MIB, 7, 7],
    ['however small they are', 5 * GIB, 1024, 1024],
    ['more than one invocation takes', 5 * GIB + 1, 1024, 'large'],
  ])('digests of parts, %s: %i bytes in %i parts → %s', (_, sizeBytes, parts, expected) => {
    expect(planned(sizeBytes, compared(parts))).toBe(expected);
  });

  test('parts of the source are read by number, and taken for equal until they are read', () => {
    const plan = planTransfer(SOURCE, aState({ sizeBytes: 20 * MIB, proof: compared(3) }), LIMITS);
    const lengthBytes = Math.ceil((20 * MIB) / 3);
    expect(plan).toEqual({ kind: 'multipart', parts: [1, 2, 3].map((number) => ({ number, lengthBytes })) });
  });

  test('a digest of the whole goes as far as one invocation does', () => {
    const limits = { largeObjectBytes: 100 * MIB };
    expect(planned(100 * MIB, handedOn('SHA256'), limits)).toBe('single');
    const refused = expect.objectContaining({
      code: 'Unprovable',
      message: expect.stringContaining(
        'S3 verifies its MD5 over one PutObject only, and it has 104857601 bytes of the 104857600',
      ),
    });
    expect(() => planned(100 * MIB + 1, handedOn('MD5', 'sourceETag'), limits)).toThrow(refused);
  });

  test('what can only be read on trust is refused where the route demands a proof, and nothing else is', () => {
    const limits = { ...LIMITS, requireProof: true };
    for (const sizeBytes of [0, 100 * MIB, 6 * GIB]) {
      const refused = expect.objectContaining({ code: 'Unprovable', retryable: false });
      expect(() => planned(sizeBytes, { kind: 'none' }, limits)).toThrow(refused);
      for (const proof of [handedOn('CRC32'), compared(3), { ...COMBINED, parts: 3 }])
        expect(planned(sizeBytes, proof, limits)).toBe(planned(sizeBytes, proof));
    }
  });

  test.each([
    ['STANDARD', undefined, true],
    ['GLACIER_IR', undefined, true],
    ['GLACIER', undefined, false],
    ['DEEP_ARCHIVE', undefined, false],
    ['GLACIER', 'ongoing-request="true"', false],
    ['GLACIER', 'ongoing-request="false", expiry-date="Fri, 21 Dec 2029 00:00:00 GMT"', true],
  ])('%s with restore %s can be read: %s', (storageClass, restore, readable) => {
    const plan = () => planTransfer(SOURCE, aState({ storageClass, restore }), LIMITS);
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
