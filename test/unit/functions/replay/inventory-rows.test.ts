import { describe, expect, test } from 'vitest';
import { objectOf } from '../../../../functions/replay/inventory-rows.ts';
import { VERSION_COLUMNS } from '../../../support/inventory.ts';

const LINE =
  '"uploads","2026/with+spaces%2B%2C%22%E6%97%A5.txt","nuYD8l5b","true","false","1511723","2026-01-15T09:30:00.000Z","627c47ef-3","STANDARD"';
const read = (line: string, columns: readonly string[] = VERSION_COLUMNS) => objectOf(line, columns);

test('a row is an object as a listing has it, with its version', () => {
  expect(read(LINE)).toEqual({
    key: '2026/with spaces+,"日.txt',
    eTag: '"627c47ef-3"',
    sizeBytes: 1_511_723,
    lastModified: new Date('2026-01-15T09:30:00Z'),
    versionId: 'nuYD8l5b',
    isArchived: false,
  });
});

test('cells may be bare, or hold commas and quotes', () => {
  const columns = ['Key', 'Size', 'LastModifiedDate', 'ETag', 'Owner'];
  expect(read('a,0,2026-01-15T09:30:00.000Z,"e","x, ""y"""', columns)).toMatchObject({ key: 'a', sizeBytes: 0 });
});

test.each([
  ['an old version', LINE.replace('"true"', '"false"')],
  ['a delete marker', LINE.replace('"false"', '"true"')],
])('%s is no object', (_, line) => expect(read(line)).toBeUndefined());

test('an object from before versioning has no version', () => {
  expect(read(LINE.replace('nuYD8l5b', ''))!.versionId).toBeUndefined();
});

test('what must be restored is told', () => {
  expect(read(LINE.replace('STANDARD', 'DEEP_ARCHIVE'))!.isArchived).toBe(true);
});

describe('a row that is not S3’s is refused, and shown', () => {
  test.each([
    ['cells are missing', '"uploads","a"', 'A row has 2 cells, and the manifest names 9 columns: "uploads","a"'],
    ['no size', LINE.replace('"1511723"', '""'), 'no size or time'],
    ['no time', LINE.replace('2026-01-15', 'yesterday'), 'no size or time'],
  ])('%s', (_, line, sentence) => expect(() => read(line)).toThrow(sentence));
});
