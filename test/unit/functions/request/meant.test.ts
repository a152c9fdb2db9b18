import { expect, test } from 'vitest';
import { meant } from '../../../../functions/request/meant.ts';

test.each([
  ['kyes', 'keys'],
  ['KEYS', 'keys'],
  ['rout', 'route'],
  ['roueT', 'route'],
  ['prefixx', 'prefix'],
  ['hello', undefined],
  ['', undefined],
  ['k', undefined],
])('“%s” was meant to be %s', (typed, expected) => {
  expect(meant(typed, ['key', 'keys', 'route', 'prefix'])).toBe(expected);
});
