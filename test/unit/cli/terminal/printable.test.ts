/** Whatever a key holds, a terminal shows it and does nothing else. */
import { expect, test } from 'vitest';
import { printable } from '../../../../cli/terminal/printable.ts';

test('control characters of a key do not reach the terminal', () => {
  expect(printable('a\u001b[31mred\nb\u202e')).toBe('a\\u001b[31mred\\u000ab\\u202e');
});
