import { expect, test } from 'vitest';
import { isRetained } from '../../../templates/provision.ts';

test.each([
  ['Delete', 'Delete', { undone: false, removed: false, replaced: false }],
  ['Retain', 'Delete', { undone: true, removed: true, replaced: false }],
  ['RetainExceptOnCreate', 'Delete', { undone: false, removed: true, replaced: false }],
  ['Delete', 'Retain', { undone: false, removed: false, replaced: true }],
] as const)('with %s and, when replaced, %s, a resource stays: %o', (deletionPolicy, updateReplacePolicy, stays) => {
  for (const removal of ['undone', 'removed', 'replaced'] as const) {
    expect(isRetained({ deletionPolicy, updateReplacePolicy }, removal)).toBe(stays[removal]);
  }
});
