import { expect, test } from 'vitest';
import { formatSums, parseSums } from '../../../../infra/bundles/sums.ts';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const FILES = new Map([
  ['relay.mjs', Buffer.from('x')],
  ['check.mjs', Buffer.alloc(0)],
]);

test('a line for each file, by name, as sha256sum writes it', () => {
  expect(formatSums(FILES)).toMatch(new RegExp(`^${EMPTY} {2}check\\.mjs\\n[0-9a-f]{64} {2}relay\\.mjs\\n$`));
});

test('what was written is read', () => {
  const sums = parseSums(formatSums(FILES));
  expect([...sums.keys()]).toEqual(['check.mjs', 'relay.mjs']);
  expect(sums.get('check.mjs')).toBe(EMPTY);
});

test('other lines say nothing', () => {
  expect(parseSums(`# ${EMPTY}\n${EMPTY} *check.mjs\n`)).toEqual(new Map());
});
