import { describe, expect, test } from 'vitest';
import { fateOf, isAlong, isReceiptOf, isTaken } from '../../../../functions/ledger/read.ts';
import type { ListedObject } from '../../../../functions/replay/list-page.ts';

const UPLOADED_AT = '2026-01-15T09:30:00.000Z';
const DESTINATION = { account: '222222222222', bucket: 'destination', prefix: 'in/' };

function anObject(change: Partial<ListedObject> = {}): ListedObject {
  return { key: 'a', eTag: '"etag"', sizeBytes: 1, lastModified: new Date(UPLOADED_AT), isArchived: false, ...change };
}

describe('a receipt', () => {
  const receipt = {
    status: { S: 'delivered' },
    sourceETag: { S: '"etag"' },
    sizeBytes: { N: '1' },
    startedAt: { S: UPLOADED_AT },
    durationMs: { N: '40' },
  };

  test.each<[string, Parameters<typeof isReceiptOf>[0], Partial<ListedObject>]>([
    ['as a listing has it', { ...receipt, sourceVersionId: { S: 'v1' } }, {}],
    ['of the same version', { ...receipt, sourceVersionId: { S: 'v1' } }, { versionId: 'v1' }],
    ['whose receipt knows no version', receipt, { versionId: 'v1' }],
  ])('of this very object counts: %s', (_, item, object) => expect(isReceiptOf(item, anObject(object))).toBe(true));

  test.each<[string, Parameters<typeof isReceiptOf>[0], Partial<ListedObject>]>([
    ['none', undefined, {}],
    ['of a failure', { ...receipt, status: { S: 'failed' } }, {}],
    ['of another one that was there already', { ...receipt, status: { S: 'already there' } }, {}],
    ['of other bytes', receipt, { eTag: '"other"' }],
    ['of another size', receipt, { sizeBytes: 2 }],
    ['older than the same bytes put once more', receipt, { lastModified: new Date('2026-01-15T09:30:01Z') }],
    ['of another version', { ...receipt, sourceVersionId: { S: 'v1' } }, { versionId: 'v2' }],
    ['without its times', { ...receipt, startedAt: { S: '' } }, {}],
  ])('%s does not', (_, item, object) => expect(isReceiptOf(item, anObject(object))).toBe(false));
});

describe('a receipt speaks of the route as it is', () => {
  const destination = DESTINATION;
  const text = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).map(([name, S]) => [name, { S }]));
  const place = {
    sourceBucket: 'uploads',
    destinationAccount: '222222222222',
    destinationBucket: 'destination',
    destinationKey: 'in/a',
  };

  test.each<[string, Record<string, string>, boolean]>([
    ['as it is', {}, true],
    ['before the prefix was changed', { destinationKey: 'incoming/a' }, false],
    ['before the bucket was changed', { destinationBucket: 'other' }, false],
    ['before the bucket was made again in another account', { destinationAccount: '333333333333' }, false],
    ['before it took from another bucket', { sourceBucket: 'other' }, false],
  ])('%s: %j: %j', (_, change, isIt) => {
    expect(isAlong(text({ ...place, ...change }), { destination }, 'uploads', 'a')).toBe(isIt);
  });

  test('also one of an earlier version, which names no account', () => {
    const { destinationAccount: _, ...rest } = place;
    expect(isAlong(text(rest), { destination }, 'uploads', 'a')).toBe(true);
  });

  test('none is none', () => expect(isAlong(undefined, { destination }, 'uploads', 'a')).toBe(false));
});

test.each([
  ['delivered', true],
  ['already there', true],
  ['failed', false],
  [undefined, false],
])('on a create-only route a key with the receipt %j is taken: %j', (status, taken) => {
  expect(isTaken(status === undefined ? undefined : { status: { S: status } })).toBe(taken);
});

describe('what became of an object', () => {
  const route = { destination: DESTINATION, createOnly: false };
  const place = {
    sourceBucket: { S: 'uploads' },
    destinationAccount: { S: DESTINATION.account },
    startedAt: { S: UPLOADED_AT },
    durationMs: { N: '40' },
  };
  const receipt = {
    ...place,
    status: { S: 'delivered' },
    destinationBucket: { S: 'destination' },
    destinationKey: { S: 'in/a' },
    sourceETag: { S: '"etag"' },
    sizeBytes: { N: '1' },
  };
  const failure = { ...place, status: { S: 'failed' }, reasonCode: { S: 'DestinationDenied' } };

  test.each<[string, Parameters<typeof fateOf>[0], string]>([
    ['a receipt', receipt, 'delivered'],
    ['no item', undefined, 'open'],
    ['a receipt of another destination', { ...receipt, destinationKey: { S: 'a' } }, 'open'],
    ['a failure', failure, 'failed'],
    ['a failure before the upload', { ...failure, startedAt: { S: '2026-01-15T09:29:00.000Z' } }, 'open'],
    ['a failure on the way to another account', { ...failure, destinationAccount: { S: '333333333333' } }, 'open'],
    ['a failure of another bucket', { ...failure, sourceBucket: { S: 'others' } }, 'open'],
    // Its delete marker was removed since.
    ['a failure because it was not there', { ...failure, reasonCode: { S: 'SourceMissing' } }, 'open'],
  ])('%s', (_, item, fate) => expect(fateOf(item, route, 'uploads', anObject())).toBe(fate));
});
