import { expect, test } from 'vitest';
import { uploadedAt } from '../../../../functions/ledger/uploaded-at.ts';
import type { VersionHint } from '../../../../functions/request/relay-request.ts';
import { aState } from '../../../support/relay.ts';

const BY_EVENT = '2026-01-15T09:30:00Z';
const BEFORE = '2026-01-15T09:00:00.000Z';
const AFTER = '2026-01-15T10:00:00.000Z';

test.each<[string, VersionHint | undefined, string | undefined, string | undefined]>([
  ['its own event', { versionId: 'v', time: BY_EVENT }, BEFORE, BY_EVENT],
  ['its own event, without a sequencer', { versionId: 'v', sequencer: undefined, time: BY_EVENT }, AFTER, BY_EVENT],
  ['its own event, which has no time', { versionId: 'v' }, BEFORE, BEFORE],
  ['the event of an older version', { versionId: 'older', time: BY_EVENT }, AFTER, AFTER],
  [
    'the event of an older version, during its own upload in parts',
    { versionId: 'x', time: BY_EVENT },
    BEFORE,
    BY_EVENT,
  ],
  ['no event', undefined, AFTER, AFTER],
  ['nothing', undefined, undefined, undefined],
])('by %s', (_, hint, modified, expected) => {
  const lastModified = modified === undefined ? undefined : new Date(modified);
  expect(uploadedAt(aState({ versionId: 'v', lastModified }), hint)).toBe(expected);
});

test('without versions the ETag tells which upload the event was about', () => {
  const state = aState({ eTag: '"e"', lastModified: new Date(AFTER) });
  expect(uploadedAt(state, { eTag: 'e', time: BY_EVENT })).toBe(BY_EVENT);
  expect(uploadedAt(state, { eTag: 'another', time: BY_EVENT })).toBe(AFTER);
});
