import { expect, test } from 'vitest';
import { CANARY_PREFIX, isReserved } from '../../../../functions/core/reserved-keys.ts';

test.each([
  [`${CANARY_PREFIX}main`, true],
  [CANARY_PREFIX, true],
  ['upload-relay-canary', false],
  [`invoices/${CANARY_PREFIX}main`, false],
  ['', false],
])('%j is the relay’s own: %s', (key, expected) => {
  expect(isReserved(key)).toBe(expected);
});
