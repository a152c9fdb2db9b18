import { expect, test } from 'vitest';
import { checksumMember, worksForMultipart } from '../../../../functions/transfer/checksum.ts';

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
