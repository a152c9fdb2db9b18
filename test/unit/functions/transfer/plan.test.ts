import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { combineParts, crc32c } from '../../../../emulator/index.ts';
import { SourceObject } from '../../../../functions/core/source-object.ts';
import { storageClassFor } from '../../../../functions/transfer/attributes.ts';
import { BodyTap } from '../../../../functions/transfer/body-tap.ts';
import { type ChecksumAlgorithm, checksumMember, worksForMultipart } from '../../../../functions/transfer/checksum.ts';
import { combineCrcs, crc32FromBase64, crc32OfBuffer, crc32ToBase64 } from '../../../../functions/transfer/crc32.ts';
import { type ComparedProof, requireDigests } from '../../../../functions/transfer/digests.ts';
import { type PlanLimits, partSizeFor, planTransfer, splitIntoParts } from '../../../../functions/transfer/plan.ts';
import { MAX_OBJECT_BYTES } from '../../../../functions/transfer/plan-large.ts';
import { type Proof, type ProofFacts, proofOf } from '../../../../functions/transfer/proof.ts';
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
  const MD5_HEX = 'd41d8cd98f00b204e9800998ecf8427e';
  const MD5 = Buffer.from(MD5_HEX, 'hex').toString('base64');
  const ETag = `"${MD5_HEX}"`;
  const ofParts = `"${MD5_HEX}-3"`;
  const composite = { ETag: ofParts, ChecksumType: 'COMPOSITE' };
  const byETag = { kind: 'handedOn', checksum: { algorithm: 'MD5', value: MD5 }, origin: 'sourceETag' };
  const byETagOfParts = { kind: 'compared', algorithm: 'MD5', value: MD5, parts: 3, origin: 'sourceETag' };

  test.each<[string, ProofFacts, unknown]>([
    [
      'the default',
      { ETag, ChecksumCRC64NVME: 'a', ChecksumType: 'FULL_OBJECT' },
      { kind: 'handedOn', checksum: { algorithm: 'CRC64NVME', value: 'a' }, origin: 'source' },
    ],
    [
      'the default, of an upload in parts',
      { ETag: ofParts, ChecksumCRC64NVME: 'a', ChecksumType: 'FULL_OBJECT' },
      { kind: 'handedOn', checksum: { algorithm: 'CRC64NVME', value: 'a' }, origin: 'source' },
    ],
    [
      'SHA-256 of one PutObject',
      { ETag, ChecksumSHA256: 'b', ChecksumType: 'FULL_OBJECT' },
      { kind: 'handedOn', checksum: { algorithm: 'SHA256', value: 'b' }, origin: 'source' },
    ],
    [
      'an algorithm of 2026 that Node has not',
      { ETag, ChecksumXXHASH3: 'b', ChecksumType: 'FULL_OBJECT' },
      { kind: 'handedOn', checksum: { algorithm: 'XXHASH3', value: 'b' }, origin: 'source' },
    ],
    ['composite CRC32', { ...composite, ChecksumCRC32: 'c-3' }, { kind: 'combined', algorithm: 'CRC32', parts: 3 }],
    ['composite CRC32C', { ...composite, ChecksumCRC32C: 'c-3' }, { kind: 'combined', algorithm: 'CRC32C', parts: 3 }],
    [
      'a composite value without the number of parts',
      { ...composite, ChecksumSHA1: 'c' },
      { kind: 'compared', algorithm: 'SHA1', value: 'c', parts: 3, origin: 'sourceParts' },
    ],
    [
      'composite SHA-256',
      { ...composite, ChecksumSHA256: 'c-3' },
      { kind: 'compared', algorithm: 'SHA256', value: 'c', parts: 3, origin: 'sourceParts' },
    ],
    [
      'composite SHA-512 under SSE-KMS',
      { ...composite, ChecksumSHA512: 'c-3', ServerSideEncryption: 'aws:kms' },
      { kind: 'compared', algorithm: 'SHA512', value: 'c', parts: 3, origin: 'sourceParts' },
    ],
    ['a composite that Node cannot compute: its ETag', { ...composite, ChecksumXXHASH64: 'c-3' }, byETagOfParts],
    [
      'the same under SSE-KMS',
      { ...composite, ChecksumXXHASH64: 'c-3', ServerSideEncryption: 'aws:kms' },
      { kind: 'none' },
    ],
    [
      'a composite of what was not uploaded in parts: its ETag',
      { ETag, ChecksumCRC32: 'c-3', ChecksumType: 'COMPOSITE' },
      byETag,
    ],
    ['a value of unknown type: its ETag', { ETag, ChecksumCRC32: 'd' }, byETag],
    ['no checksum, in one piece', { ETag }, byETag],
    ['no checksum, under SSE-S3', { ETag, ServerSideEncryption: 'AES256' }, byETag],
    ['no checksum, in parts', { ETag: ofParts }, byETagOfParts],
    ['no checksum, under SSE-KMS', { ETag, ServerSideEncryption: 'aws:kms' }, { kind: 'none' }],
    ['no checksum, in parts under SSE-KMS', { ETag: ofParts, ServerSideEncryption: 'aws:kms' }, { kind: 'none' }],
    ['no checksum, under DSSE-KMS', { ETag, ServerSideEncryption: 'aws:kms:dsse' }, { kind: 'none' }],
    ['no checksum, an encryption of the future', { ETag, ServerSideEncryption: 'x' }, { kind: 'none' }],
    ['no checksum, with a customer-provided key', { ETag, SSECustomerAlgorithm: 'AES256' }, { kind: 'none' }],
    ['an ETag that is no MD5', { ETag: '"something"' }, { kind: 'none' }],
    ['nothing at all', {}, { kind: 'none' }],
  ])('%s is proved as the table says', (_, facts, expected) => expect(proofOf(facts)).toEqual(expected));

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
  ])('the combined CRC equals that of the whole: %s', (_, sizes) => {
    const parts = sizes.map((size, index) => Buffer.alloc(size, `part ${index}, unlike the others`));
    for (const [algorithm, crcOf] of [
      ['CRC32', (bytes: Buffer) => crc32(bytes)] as const,
      ['CRC32C', crc32c] as const,
    ]) {
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
});

describe('the tap', () => {
  const CHUNKS = [Buffer.from('123'), Buffer.from('456'), Buffer.from('789')];
  const fed = (tap: BodyTap, chunks: Buffer[]) => {
    for (const chunk of chunks) tap.write(chunk);
    tap.end();
    return tap;
  };

  test.each<[string, Buffer[]]>([
    ['several', CHUNKS],
    ['one', [Buffer.from('123456789')]],
  ])('lets bytes pass as the buffers they are: %s', async (_, chunks) => {
    const tap = new BodyTap({ digest: 'SHA256' });
    const passed: Buffer[] = [];
    tap.on('data', (chunk: Buffer) => passed.push(chunk));
    const ended = once(tap, 'end');
    fed(tap, chunks);
    await ended;
    expect(passed.map((chunk) => chunks.indexOf(chunk))).toEqual([...chunks.keys()]);
    const digest = createHash('sha256').update('123456789').digest('base64');
    expect(tap.passed).toEqual({ crc: 0xcbf43926, lengthBytes: 9, digest });
  });

  test('lets nothing pass as well', async () => {
    const tap = fed(new BodyTap({ digest: 'MD5' }), []);
    expect(await tap.toArray()).toEqual([]);
    expect(tap.passed).toMatchObject({ crc: 0, lengthBytes: 0, digest: '1B2M2Y8AsgTpgAmY7PhCfg==' });
  });

  test('keeps the last of what is not right to itself', async () => {
    const tap = new BodyTap({
      digest: 'MD5',
      check: () => {
        throw new Error('other bytes');
      },
    });
    const passed: Buffer[] = [];
    tap.on('data', (chunk: Buffer) => passed.push(chunk));
    const broken = once(tap, 'error');
    fed(tap, CHUNKS);
    expect((await broken)[0]).toMatchObject({ message: 'other bytes' });
    expect(Buffer.concat(passed).toString()).toBe('123456');
  });
});

describe('digests of parts', () => {
  const parts = ['a', 'b'].map((text) => createHash('sha256').update(text).digest());
  const all = createHash('sha256').update(Buffer.concat(parts)).digest('base64');
  const digests = parts.map((digest) => digest.toString('base64'));
  const proof = { ...compared(2), value: all } as ComparedProof;

  test('of the source are let pass', () => expect(() => requireDigests(SOURCE, proof, digests)).not.toThrow());

  test.each([
    ['in another order', digests.toReversed()],
    ['one too few', digests.slice(1)],
    ['one of other bytes', [digests[0]!, digests[0]!]],
  ])('%s are SourceCorrupt', (_, others) => {
    const corrupt = expect.objectContaining({
      code: 'SourceCorrupt',
      retryable: true,
      message: expect.stringContaining(`was ${all} when it was uploaded`),
    });
    expect(() => requireDigests(SOURCE, proof, others)).toThrow(corrupt);
  });
});
