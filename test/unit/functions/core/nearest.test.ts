import { expect, test } from 'vitest';
import { nearest } from '../../../../functions/core/nearest.ts';

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
  expect(nearest(typed, ['key', 'keys', 'route', 'prefix'])).toBe(expected);
});
