import { describe, expect, test } from 'vitest';
import type { Fate } from '../../../../functions/ledger/read.ts';
import type { ListedObject } from '../../../../functions/replay/list-page.ts';
import { type Reconciliation, type Verdict, verdictOf } from '../../../../functions/replay/verdict.ts';

const NOW = Date.parse('2026-01-15T09:30:00Z');
const HOUR_MS = 3_600_000;
const GIB = 1024 ** 3;
const DAILY: Reconciliation = { asOf: NOW, since: 0, missingAfterSeconds: 3600, isPulled: false };

function uploaded(hoursAgo: number, change: Partial<ListedObject> = {}): ListedObject {
  const lastModified = new Date(NOW - hoursAgo * HOUR_MS);
  return { key: 'a', eTag: '"etag"', sizeBytes: 1, lastModified, isArchived: false, ...change };
}

describe('a replay', () => {
  test.each<[Fate, Partial<ListedObject>, Verdict['does']]>([
    ['delivered', {}, 'nothing, delivered'],
    ['failed', {}, 'send'],
    ['open', {}, 'send'],
    ['open', { isArchived: true }, 'nothing, archived'],
    ['delivered', { isArchived: true }, 'nothing, delivered'],
  ])('of what is %s, %j: %s, and nothing is missing', (fate, change, does) => {
    expect(verdictOf(uploaded(0, change), fate, undefined)).toEqual({ does, isMissing: false });
    expect(verdictOf(uploaded(1000, change), fate, undefined)).toEqual({ does, isMissing: false });
  });
});

describe('a reconciliation', () => {
  test.each<[number, Fate, Partial<ListedObject>, Partial<Reconciliation>, Verdict['does'], boolean]>([
    [2, 'delivered', {}, {}, 'nothing, delivered', false],
    // Sent again each day, it would lie among the dead letters once more each day.
    [2, 'failed', {}, {}, 'nothing, failed', false],
    [2, 'open', {}, {}, 'send', true],
    [0.9, 'open', {}, {}, 'nothing, under way', false],
    [0.9, 'open', {}, { missingAfterSeconds: 60 }, 'send', true],
    // An upload in parts is dated from its beginning: at 4 MiB/s this one took 1.4 hours.
    [2, 'open', { sizeBytes: 20 * GIB }, {}, 'nothing, under way', false],
    [3, 'open', { sizeBytes: 20 * GIB }, {}, 'send', true],
    // Nothing is under way for longer than a week.
    [6 * 24, 'open', { sizeBytes: 50 * 1024 * GIB }, {}, 'nothing, under way', false],
    [8 * 24, 'open', { sizeBytes: 50 * 1024 * GIB }, {}, 'send', true],
    // Nobody can relay it, and somebody must hear of it.
    [2, 'open', { isArchived: true }, {}, 'nothing, archived', true],
    // A multipart upload that was begun before the relay was there.
    [2, 'open', {}, { since: NOW - HOUR_MS }, 'send', false],
    // What is pulled has no event: the reconciliation itself relays it, and only the second one that sees it wonders.
    [0, 'open', {}, { isPulled: true }, 'send', false],
    [30, 'open', {}, { isPulled: true }, 'send', false],
    [50, 'open', {}, { isPulled: true }, 'send', true],
  ])('%d hours after the upload, %s, %j, %j: %s, missing: %j', (hours, fate, change, asked, does, isMissing) => {
    expect(verdictOf(uploaded(hours, change), fate, { ...DAILY, ...asked })).toEqual({ does, isMissing });
  });
});
