import { describe, expect, test } from 'vitest';
import { manifestOf } from '../../../../functions/replay/inventory-manifest.ts';
import { CURRENT_COLUMNS, inventoryOf, VERSION_COLUMNS } from '../../../support/inventory.ts';

const PLACE = 's3://inventories/uploads/daily/2026-01-15T00-00Z/manifest.json';

function manifest(change: object = {}, columns: readonly string[] = CURRENT_COLUMNS): string {
  const objects = inventoryOf({ sourceBucket: 'uploads', columns, files: [[], []], manifest: change });
  return [...objects].find(([key]) => key.endsWith('manifest.json'))![1].toString();
}

const read = (text: string) => manifestOf(text, PLACE, 'uploads');

test.each([[CURRENT_COLUMNS], [VERSION_COLUMNS]])('a manifest of S3’s is read: %j', (columns) => {
  const { columns: found, files } = read(manifest({}, columns));
  expect(found).toEqual(columns);
  expect(files.map(({ key }) => key.slice(0, 'uploads/daily/data/00000000'.length))).toEqual([
    'uploads/daily/data/00000000',
    'uploads/daily/data/00000001',
  ]);
  for (const { md5 } of files) expect(md5).toMatch(/^[0-9a-f]{32}$/);
});

describe('one that is no use is refused by a sentence that names it and the remedy', () => {
  test.each<[string, string, string]>([
    [
      'Parquet',
      manifest({ fileFormat: 'Parquet' }),
      'files in Parquet, and replay reads CSV only: set "Format": "CSV"',
    ],
    ['ORC', manifest({ fileFormat: 'ORC' }), 'files in ORC, and replay reads CSV only'],
    ['of another bucket', manifest({ sourceBucket: 'others' }), 'lists the bucket "others", and not "uploads"'],
    [
      'no ETag',
      manifest({}, ['Bucket', 'Key', 'Size', 'LastModifiedDate']),
      'has no column ETag, only Bucket, Key, Size',
    ],
    [
      'half of what tells versions',
      manifest({}, ['Bucket', 'Key', 'VersionId', 'Size', 'LastModifiedDate', 'ETag']),
      'no column IsLatest',
    ],
    [
      'no files',
      manifest({ files: undefined }),
      'is no manifest of S3 Inventory: field "files" is not as S3 writes it',
    ],
    ['no JSON', 'Key,Size', 'is no manifest of S3 Inventory'],
  ])('%s', (_, text, sentence) => {
    expect(() => read(text)).toThrow(PLACE);
    expect(() => read(text)).toThrow(sentence);
  });
});
