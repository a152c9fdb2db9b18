import { describe, expect, test } from 'vitest';
import type { Item } from '../../../../../functions/ledger/read.ts';
import { type Verdict, verdictOf } from '../../../../../functions/replay/audit/verdict.ts';
import type { ListedObject } from '../../../../../functions/replay/list-page.ts';
import { aRoute } from '../../../../support/relay.ts';

const UPLOADED_AT = '2026-01-15T09:30:00.000Z';
const LATER = '2026-01-15T09:40:00.000Z';
const OBJECT: ListedObject = {
  key: 'a',
  eTag: '"etag"',
  sizeBytes: 7,
  lastModified: new Date(UPLOADED_AT),
  isArchived: false,
};

function aReceipt(change: Record<string, string | number | undefined> = {}): Item {
  const facts: Record<string, string | number | undefined> = {
    status: 'delivered',
    attempts: 2,
    startedAt: UPLOADED_AT,
    durationMs: 1_500,
    sourceBucket: 'uploads',
    sourceVersionId: 'v1',
    sourceETag: '"etag"',
    sizeBytes: 7,
    destinationAccount: '222222222222',
    destinationBucket: 'destination',
    destinationKey: 'in/a',
    destinationVersionId: 'w1',
    destinationETag: '"there"',
    checksumAlgorithm: 'CRC32',
    checksumType: 'FULL_OBJECT',
    checksumValue: 'AAAAAA==',
    checksumAnswered: 'AAAAAA==',
    checksumOrigin: 'source',
    ...change,
  };
  const known = Object.entries(facts).filter(([, fact]) => fact !== undefined);
  return Object.fromEntries(
    known.map(([name, fact]) => [name, typeof fact === 'number' ? { N: String(fact) } : { S: fact! }]),
  );
}

const FAILED = { status: 'failed', reasonCode: 'DestinationDenied', reason: 'no', destinationBucket: undefined };

function verdict(receipt: Item | undefined, { createOnly = false, isArchived = false } = {}): Verdict {
  const object = { ...OBJECT, isArchived };
  return verdictOf({ object, route: aRoute({ createOnly }), sourceBucket: 'uploads', receipt });
}

test('a delivery is told with all that is known of it', () => {
  expect(verdict(aReceipt())).toEqual({
    status: 'delivered',
    reason: undefined,
    facts: {
      versionId: 'v1',
      checksumAlgorithm: 'CRC32',
      checksumType: 'FULL_OBJECT',
      checksum: 'AAAAAA==',
      checksumOrigin: 'source',
      destinationVersionId: 'w1',
      destinationETag: 'there',
      destinationChecksum: 'AAAAAA==',
      deliveredAt: '2026-01-15T09:30:01.500Z',
      durationMs: 1_500,
      attempts: 2,
    },
  });
});

describe('the status', () => {
  test.each<[string, Item | undefined, object, string, string]>([
    ['nothing', undefined, {}, 'missing', 'there is no receipt'],
    ['nothing, and it is archived', undefined, { isArchived: true }, 'missing', 'must be restored first'],
    ['another destination', aReceipt({ destinationBucket: 'other' }), {}, 'missing', 'another source or destination'],
    ['another source', aReceipt({ sourceBucket: 'other' }), {}, 'missing', 'another source or destination'],
    [
      'a failure elsewhere',
      aReceipt({ ...FAILED, destinationAccount: '333333333333' }),
      {},
      'missing',
      'only of an earlier failure (DestinationDenied: no)',
    ],
    ['a failure', aReceipt({ ...FAILED, startedAt: LATER }), {}, 'failed', 'DestinationDenied: no'],
    [
      'a failure before the upload',
      aReceipt({ ...FAILED, startedAt: '2026-01-14T00:00:00Z' }),
      {},
      'missing',
      'only of an earlier failure (DestinationDenied: no)',
    ],
    [
      'a failure before the upload, in place of a delivery',
      aReceipt({ ...FAILED, startedAt: '2026-01-14T00:00:00Z', deliveredAt: 1_000 }),
      {},
      'superseded',
      'only of an earlier failure',
    ],
    [
      'that an older version was put back',
      aReceipt({ ...FAILED, reasonCode: 'Superseded' }),
      {},
      'superseded',
      'Superseded: no',
    ],
    [
      'another version',
      aReceipt({ sourceETag: '"older"' }),
      {},
      'superseded',
      'the version with ETag older, and this one has none',
    ],
    [
      'an earlier delivery of the same bytes',
      aReceipt({ startedAt: '2026-01-14T00:00:00Z' }),
      {},
      'superseded',
      'this one has none',
    ],
    ['a checksum in transit only', aReceipt({ checksumOrigin: 'transit' }), {}, 'unproved', 'kept no checksum'],
    ['no checksum', aReceipt({ checksumOrigin: undefined }), {}, 'unproved', 'kept no checksum'],
    [
      'another version, create-only',
      aReceipt({ sourceETag: '"older"' }),
      { createOnly: true },
      'already there',
      'ETag older',
    ],
    [
      'a taken key, create-only',
      aReceipt({ status: 'already there' }),
      { createOnly: true },
      'already there',
      'the key was taken',
    ],
    [
      'a taken key, no longer create-only',
      aReceipt({ status: 'already there' }),
      {},
      'missing',
      'knows only that the key was taken',
    ],
  ])('of %s', (_, receipt, options, status, reason) => {
    expect(verdict(receipt, options)).toMatchObject({ status, reason: expect.stringContaining(reason) });
  });

  test('headers that did not arrive are named, and change no status', () => {
    expect(verdict(aReceipt({ altered: 'Expires' }))).toMatchObject({
      status: 'delivered',
      reason: 'without these headers: Expires',
    });
  });
});

test('of another version, only what lies at the destination is told', () => {
  const { facts } = verdict(aReceipt({ sourceETag: '"older"' }));
  expect(facts).toMatchObject({ destinationVersionId: 'w1', destinationETag: 'there' });
  expect(facts).not.toHaveProperty('versionId');
  expect(facts).not.toHaveProperty('checksum');
});

test('a failure that took the place of a delivery tells when that was', () => {
  const at = Date.parse('2026-01-15T09:31:00Z');
  const { facts } = verdict(aReceipt({ ...FAILED, startedAt: LATER, deliveredAt: at, deliveredETag: '"etag"' }));
  expect(facts).toMatchObject({ deliveredAt: '2026-01-15T09:31:00.000Z' });
  expect(verdict(aReceipt({ ...FAILED, startedAt: LATER })).facts).not.toHaveProperty('deliveredAt');
});

test('the same bytes that were uploaded once more, are told from another version', () => {
  const earlier = aReceipt({ startedAt: '2026-01-15T09:00:00Z' });
  expect(verdict(earlier)).toMatchObject({
    status: 'superseded',
    reason: 'the receipt is of an earlier upload with the same ETag, and this one has none',
  });
});

test.each<[string, Item, Verdict['status']]>([
  ['a time beyond all times, of an earlier delivery', aReceipt({ ...FAILED, deliveredAt: 1e30 }), 'failed'],
  [
    'the same, of an earlier failure',
    aReceipt({ ...FAILED, startedAt: '2026-01-14T00:00:00Z', deliveredAt: 1e30 }),
    'superseded',
  ],
  ['a duration beyond all times', aReceipt({ durationMs: 1e30 }), 'delivered'],
  ['no time at all', aReceipt({ startedAt: undefined, durationMs: undefined }), 'superseded'],
  ['nothing but an id', { id: { S: 'main/a' } }, 'missing'],
  ['a status of another kind', { status: { N: '1' } }, 'missing'],
])('an item that nobody can have written gets a line all the same: %s', (_, item, status) => {
  expect(verdict(item).status).toBe(status);
});
