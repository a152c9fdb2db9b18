import { describe, expect, test } from 'vitest';
import { eventPattern, filterRules, notificationFilters } from '../../../../infra/config/event-filters.ts';

const routesOf = (...filters: [prefix: string, suffix: string][]) =>
  filters.map(([prefix, suffix]) => ({ filter: { prefix, suffix } }));
const CANARIES = { prefix: 'upload-relay-canary/', suffix: '/canary' };

test.each<[string, [string, string][], string, string]>([
  ['one route', [['a/', '.csv']], 'a/', '.csv'],
  [
    'nothing in common',
    [
      ['a/', '.csv'],
      ['b/', '.txt'],
    ],
    '',
    '',
  ],
  [
    'a common start and end',
    [
      ['logs/a/', '.txt.gz'],
      ['logs/b/', '.csv.gz'],
    ],
    'logs/',
    '.gz',
  ],
  [
    'one takes everything',
    [
      ['logs/', '.gz'],
      ['', ''],
    ],
    '',
    '',
  ],
  [
    'halves of an emoji are not split',
    [
      ['🎉a', 'x'],
      ['🎊a', 'x'],
    ],
    '',
    'x',
  ],
])('the notification’s filter is what the routes have in common: %s', (_, filters, prefix, suffix) => {
  expect(notificationFilters(routesOf(...filters), false)).toEqual([{ prefix, suffix }]);
});

test.each([
  ['', '', '', ''],
  ['logs/2026/', '.csv', 'logs/2026/', '.csv'],
  ['dt=1/', '', 'dt', ''],
  ['my files/', ' (1).txt', 'my', '.txt'],
  ['日本/', '', '', ''],
])('the filter of prefix "%s" and suffix "%s" holds for encoded and plain keys alike', (prefix, suffix, start, end) => {
  expect(notificationFilters(routesOf([prefix, suffix]), false)).toEqual([{ prefix: start, suffix: end }]);
});

describe('canaries are heard of', () => {
  test.each<[string, [string, string], object[]]>([
    ['by the one notification that hears of everything', ['', ''], [{ prefix: '', suffix: '' }]],
    ['by the one notification that their keys pass', ['up', 'y'], [{ prefix: 'up', suffix: 'y' }]],
    ['by one of their own beside other prefixes', ['in/', ''], [{ prefix: 'in/', suffix: '' }, CANARIES]],
    ['by one of their own beside another suffix', ['', '.jpg'], [{ prefix: '', suffix: '.jpg' }, CANARIES]],
    ['by one that hears of more, where S3 would refuse two', ['', 's/canary'], [{ prefix: '', suffix: '/canary' }]],
  ])('%s', (_, filter, expected) => {
    expect(notificationFilters(routesOf(filter), true)).toEqual(expected);
  });

  test('by the one rule of an existing bucket', () => {
    const keysOf = (prefix: string) =>
      eventPattern({ bucket: 'b', routes: routesOf([prefix, '']) }, true).detail.object;
    expect(keysOf('in/')).toEqual({ key: [{ prefix: 'in/' }, { prefix: 'upload-relay-canary/' }] });
    expect(keysOf('up')).toEqual({ key: [{ prefix: 'up' }] });
    expect(keysOf('')).toBeUndefined();
  });
});

test('S3 is told of no rule that is empty', () => {
  expect(filterRules({ prefix: '', suffix: '.csv' })).toEqual([{ name: 'suffix', value: '.csv' }]);
});
