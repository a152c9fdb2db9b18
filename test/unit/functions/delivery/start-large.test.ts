import { describe, expect, test } from 'vitest';
import { executionName } from '../../../../functions/delivery/start-large.ts';
import { aRoute, aState } from '../../../support/relay.ts';

const NAME = executionName(aRoute(), 'key', 'message', aState({ versionId: 'v1' }), '');

describe('the name of an execution', () => {
  test('is the same for the same message about the same object', () => {
    expect(executionName(aRoute(), 'key', 'message', aState({ versionId: 'v1' }), '')).toBe(NAME);
  });

  test.each([
    ['another route', executionName(aRoute({ name: 'other' }), 'key', 'message', aState({ versionId: 'v1' }), '')],
    ['another key', executionName(aRoute(), 'other', 'message', aState({ versionId: 'v1' }), '')],
    ['another message', executionName(aRoute(), 'key', 'other', aState({ versionId: 'v1' }), '')],
    ['another version', executionName(aRoute(), 'key', 'message', aState({ versionId: 'v2' }), '')],
    [
      'an upload of other bytes',
      executionName(aRoute(), 'key', 'message', aState({ versionId: 'v1', eTag: '"x"' }), ''),
    ],
    ['a rewrite', executionName(aRoute(), 'key', 'message', aState({ versionId: 'v1' }), 'salt')],
  ])('is another one for %s', (_, name) => expect(name).not.toBe(NAME));

  test('is one that Lambda takes, however long the route’s', () => {
    const name = executionName(aRoute({ name: 'r'.repeat(40) }), '日本 語', 'message', aState(), '');
    expect(name).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
  });
});
