import { describe, expect, test } from 'vitest';
import { storageClassFor } from '../../../../functions/transfer/attributes.ts';

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
