import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gzipMember } from '../../../../../functions/replay/audit/gzip-member.ts';

test('members one after the other are one file', async () => {
  const members = [await gzipMember('one,'), await gzipMember('two')];
  expect(gunzipSync(Buffer.concat(members)).toString()).toBe('one,two');
});

test('the header tells neither time nor machine: equal text gives equal bytes', async () => {
  const member = await gzipMember('text');
  expect(member.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff');
  expect(await gzipMember('text')).toEqual(member);
});
