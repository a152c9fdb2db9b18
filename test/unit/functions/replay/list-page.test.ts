import { expect, test } from 'vitest';
import { isArchived } from '../../../../functions/replay/list-page.ts';

test.each<[string | undefined, boolean | undefined, boolean]>([
  [undefined, undefined, false],
  ['STANDARD', undefined, false],
  ['GLACIER_IR', undefined, false],
  // Of its archive tiers a listing doesn't tell.
  ['INTELLIGENT_TIERING', undefined, false],
  ['GLACIER', undefined, true],
  ['DEEP_ARCHIVE', undefined, true],
  ['DEEP_ARCHIVE', true, true],
  ['DEEP_ARCHIVE', false, false],
])('an object in %s whose restoring is under way: %j is archived: %j', (storageClass, inProgress, archived) => {
  const restore = inProgress === undefined ? undefined : { IsRestoreInProgress: inProgress };
  expect(isArchived(storageClass, restore)).toBe(archived);
});
