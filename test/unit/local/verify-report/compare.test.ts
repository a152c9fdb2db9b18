import { describe, expect, test } from 'vitest';
import { compare, type Found } from '../../../../local/verify-report/compare.ts';

const LINE = {
  route: 'main',
  key: 'a',
  sizeBytes: '7',
  status: 'delivered',
  reason: '',
  checksumAlgorithm: 'CRC32',
  checksum: 'AAAAAA==',
  destinationBucket: 'b',
  destinationKey: 'in/a',
  destinationVersionId: 'v',
  destinationETag: 'e',
  destinationChecksum: 'AAAAAA==',
  deliveredAt: '2026-01-15T09:30:00.000Z',
};
const FOUND: Found = {
  sizeBytes: 7,
  eTag: 'e',
  versionId: 'v',
  checksum: (algorithm) => (algorithm === 'CRC32' ? 'AAAAAA==' : undefined),
};
const NO_TIME = { deliveredAt: '' };
const OLDER = { status: 'superseded', sizeBytes: '8', checksum: '', destinationChecksum: '' };

describe('as reported', () => {
  test.each<[string, Record<string, string>, Found | undefined]>([
    ['everything is equal', {}, FOUND],
    ['an inventory tells no checksum', {}, { ...FOUND, checksum: undefined as never }],
    ['the bucket has no versions', {}, { ...FOUND, versionId: undefined }],
    ['the destination answered no checksum', { destinationChecksum: '' }, FOUND],
    ['another algorithm is there', { checksumAlgorithm: 'SHA256' }, FOUND],
    ['it is missing on both sides', { status: 'missing', ...NO_TIME }, undefined],
    ['it failed, and nothing lies there', { status: 'failed', ...NO_TIME }, undefined],
    [
      'the key was taken by anything',
      { status: 'already there', ...NO_TIME, destinationETag: '', destinationVersionId: '' },
      FOUND,
    ],
    ['an older version lies there, of another size', OLDER, FOUND],
    [
      'a failure took the place of a delivery',
      { status: 'failed', destinationETag: '', destinationVersionId: '', destinationChecksum: '', checksum: '' },
      FOUND,
    ],
  ])('%s', (_, change, found) => expect(compare({ ...LINE, ...change }, found)).toBeUndefined());
});

describe('a difference', () => {
  test.each<[string, Record<string, string>, Found | undefined, string]>([
    ['nothing lies there', {}, undefined, 'missing'],
    ['the taken key is free', { status: 'already there', ...NO_TIME }, undefined, 'missing'],
    ['the older version is gone', OLDER, undefined, 'missing'],
    ['it lies there without a receipt', { status: 'missing', ...NO_TIME }, FOUND, 'present but unrecorded'],
    ['it lies there though it failed', { status: 'failed', ...NO_TIME }, FOUND, 'present but unrecorded'],
    ['the older version was replaced', OLDER, { ...FOUND, versionId: 'w' }, 'different'],
  ])('%s', (_, change, found, kind) => {
    expect(compare({ ...LINE, ...change }, found)).toMatchObject({ kind, bucket: 'b', key: 'in/a' });
  });

  test.each<[Partial<Found>, string, string, string]>([
    [{ sizeBytes: 8 }, 'sizeBytes', '7', '8'],
    [{ eTag: 'f' }, 'destinationETag', 'e', 'f'],
    [{ versionId: 'w' }, 'destinationVersionId', 'v', 'w'],
    [{ checksum: () => 'BBBBBB==' }, 'destinationChecksum', 'AAAAAA==', 'BBBBBB=='],
  ])('%j names the field and both values', (change, field, expected, found) => {
    expect(compare(LINE, { ...FOUND, ...change })).toMatchObject({
      kind: 'different',
      fields: [{ field, expected, found }],
    });
  });
});
