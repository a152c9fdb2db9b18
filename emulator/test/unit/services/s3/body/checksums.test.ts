import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checkChecksumSyntax,
  combineParts,
  compositeChecksum,
  crc64NvmeOfZeros,
  runningChecksum,
} from '../../../../../services/s3/body/checksums.ts';
import { crc32c } from '../../../../../services/s3/body/crc32c.ts';
import { uploadChecksum } from '../../../../../services/s3/body/upload-checksum.ts';
import { checkPartChecksum } from '../../../../../services/s3/operations/upload-part.ts';

async function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Promise<string> {
  const running = runningChecksum(algorithm);
  running.update(bytes);
  return (await running.digest()).toString('base64');
}

describe('checksums', () => {
  // The check values of the CRC catalogue, for the nine ASCII digits 1 to 9.
  test.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', createHash('sha1').update('123456789').digest('hex')],
    ['SHA256', createHash('sha256').update('123456789').digest('hex')],
  ] as const)('%s has its published check value', async (algorithm, hex) => {
    expect(await checksumOf(algorithm, Buffer.from('123456789'))).toBe(Buffer.from(hex, 'hex').toString('base64'));
  });

  test('CRC32C does not depend on how the bytes are cut', () => {
    const bytes = randomBytes(100);
    const whole = crc32c(bytes);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(whole);
    }
  });

  test.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
    'the %s of a whole is combined from its parts',
    async (algorithm) => {
      const bytes = randomBytes(5000);
      const cuts = [0, 0, 1, 7, 1024, 1024, 2048, 4999, 5000, 5000];
      const parts = [];
      for (const [index, start] of cuts.slice(0, -1).entries()) {
        const part = bytes.subarray(start, cuts[index + 1]);
        parts.push({ checksum: await checksumOf(algorithm, part), sizeBytes: part.length });
      }
      expect(combineParts(algorithm, parts)).toBe(await checksumOf(algorithm, bytes));
    },
  );

  test('parts larger than 4 GiB are combined correctly', () => {
    // Two zero-filled parts of 3 GiB must give what one of 6 GiB gives, whichever way it is put together.
    const zeros = (sizeBytes: number) => ({ checksum: crc32OfZeros(sizeBytes), sizeBytes });
    const gib = 1024 ** 3;
    expect(combineParts('CRC32', [zeros(gib), zeros(5 * gib)])).toBe(
      combineParts('CRC32', [zeros(3 * gib), zeros(3 * gib)]),
    );
  });

  function crc32OfZeros(sizeBytes: number): string {
    const block = { checksum: base64(crc32(Buffer.alloc(1 << 20))), sizeBytes: 1 << 20 };
    return combineParts(
      'CRC32',
      Array.from({ length: sizeBytes / block.sizeBytes }, () => block),
    );
  }

  function base64(crc: number): string {
    return Buffer.from(crc.toString(16).padStart(8, '0'), 'hex').toString('base64');
  }

  test.each([0, 1, 2, 3, 1000, 65_537])(
    'a sparse object of %i zeros has the checksum of its bytes',
    async (sizeBytes) => {
      expect(await crc64NvmeOfZeros(sizeBytes)).toBe(await checksumOf('CRC64NVME', new Uint8Array(sizeBytes)));
    },
  );

  test('a composite checksum is the hash of the hashes, with the number of parts', async () => {
    const parts = [Buffer.from('one'), Buffer.from('two')].map((part) => createHash('sha256').update(part).digest());
    const expected = createHash('sha256').update(Buffer.concat(parts)).digest('base64');
    const value = await compositeChecksum(
      'SHA256',
      parts.map((part) => part.toString('base64')),
    );
    expect(value).toBe(`${expected}-2`);
  });

  test.each([
    ['CRC32', 'not base64'],
    ['CRC32', 'AAAA'],
    ['CRC32', 'AAAAAB=='],
    ['SHA256', 'AAAAAA=='],
    ['CRC64NVME', ''],
  ] as const)('%s refuses %j as malformed', (algorithm, value) => {
    expect(() => checkChecksumSyntax({ algorithm, value })).toThrow(
      `Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`,
    );
  });
});

describe('the checksum of a multipart upload', () => {
  test.each([
    [undefined, undefined, 'CRC64NVME', 'FULL_OBJECT'],
    ['CRC64NVME', undefined, 'CRC64NVME', 'FULL_OBJECT'],
    ['CRC64NVME', 'FULL_OBJECT', 'CRC64NVME', 'FULL_OBJECT'],
    ['CRC32', undefined, 'CRC32', 'COMPOSITE'],
    ['CRC32', 'FULL_OBJECT', 'CRC32', 'FULL_OBJECT'],
    ['CRC32C', 'COMPOSITE', 'CRC32C', 'COMPOSITE'],
    ['crc32c', 'FULL_OBJECT', 'CRC32C', 'FULL_OBJECT'],
    ['SHA1', undefined, 'SHA1', 'COMPOSITE'],
    ['SHA256', 'COMPOSITE', 'SHA256', 'COMPOSITE'],
  ])('algorithm %s, type %s → %s %s', (algorithm, type, expectedAlgorithm, expectedType) => {
    expect(uploadChecksum(algorithm, type)).toMatchObject({ algorithm: expectedAlgorithm, type: expectedType });
  });

  test.each([
    [undefined, 'FULL_OBJECT'],
    ['CRC64NVME', 'COMPOSITE'],
    ['SHA256', 'FULL_OBJECT'],
    ['SHA1', 'FULL_OBJECT'],
    ['MD4', undefined],
    ['CRC32', 'PARTIAL'],
  ])('algorithm %s, type %s is refused', (algorithm, type) => {
    expect(() => uploadChecksum(algorithm, type)).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
  });

  const composite = uploadChecksum('SHA256', undefined);
  const full = uploadChecksum('CRC32', 'FULL_OBJECT');
  const unnamed = uploadChecksum(undefined, undefined);
  test.each([
    ['composite', composite, 'SHA256', undefined],
    ['composite', composite, undefined, 'expected checksum Type: sha256, actual checksum Type: null'],
    ['composite', composite, 'CRC32', 'expected checksum Type: sha256, actual checksum Type: crc32'],
    ['full-object', full, undefined, undefined],
    ['full-object', full, 'CRC32', undefined],
    ['full-object', full, 'CRC32C', 'expected checksum Type: crc32, actual checksum Type: crc32c'],
    ['unnamed', unnamed, undefined, undefined],
    ['unnamed', unnamed, 'CRC32', undefined],
  ] as const)('a part of a %s upload (%o) with checksum %s: %s', (_, upload, given, refusal) => {
    const check = () => checkPartChecksum(upload, given);
    if (refusal === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(`Checksum Type mismatch occurred, ${refusal}`);
  });

  test('every algorithm is covered by the rules', () => {
    for (const algorithm of CHECKSUM_ALGORITHMS) expect(uploadChecksum(algorithm, undefined).algorithm).toBe(algorithm);
  });
});
