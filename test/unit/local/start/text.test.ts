import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatTable, shortened } from '../../../../local/start/text.ts';

test.each([
  [0, '0:00'],
  [0.2, '0:01'],
  [59.5, '1:00'],
  [61, '1:01'],
  [3600, '1:00:00'],
  [36_065, '10:01:05'],
])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

test.each([
  ['abcdefgh', 8, 'abcdefgh'],
  ['abcdefgh', 5, 'ab…gh'],
  ['日本日本日本', 7, '日…日本'],
  ['👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 5, '👩‍👩‍👧…👩‍👩‍👧'],
  ['abc', 1, '…'],
  ['abc', 0, ''],
])('%s in %i columns is %s', (text, width, expected) => {
  expect(shortened(text, width)).toBe(expected);
  expect(stringWidth(shortened(text, width))).toBeLessThanOrEqual(width);
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [64 * 1024 ** 2, '64 MiB'],
  [48.8 * 1024 ** 4, '48.8 TiB'],
])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test('columns stay straight with wide characters', () => {
  expect(
    formatTable(
      ['key', 'n'],
      [
        ['日本', '1'],
        ['abc', '100'],
      ],
      new Set([1]),
    ),
  ).toBe(['key     n', '────  ───', '日本    1', 'abc   100'].join('\n'));
});
