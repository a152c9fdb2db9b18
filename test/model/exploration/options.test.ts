import { expect, test } from 'vitest';
import { UserError } from '../../../local/start/user-error.ts';
import { parseOptions } from './options.ts';

test('the command line has defaults', () => {
  expect(parseOptions(['--seed', '7'])).toEqual({ seed: 7, schedules: 20_000, sabotages: false, help: false });
});

test.each([
  [['--seed', '-1'], '--seed -1: must be a whole number from 0 to 2147483648.'],
  [['--schedules', '0'], '--schedules 0: must be a whole number from 1 to 1000000000.'],
  [['--schedules', '--seed'], "Option '--schedules' argument is ambiguous"],
  [['-1'], "Unknown option '-1'"],
])('a mistake on the command line is named: %j', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UserError);
  expect(() => parseOptions(args)).toThrow(message);
});
