import { expect, test } from 'vitest';
import { compileFilter } from '../../../../services/logs/filter-pattern.ts';

const SLOW = '{"message":"delivered","receipt":{"durationMs":70000,"route":"main"}}';
const FAST = '{"message":"delivered","receipt":{"durationMs":30}}';
const TRIED = '{"level":"WARN","message":"not relayed, will be tried again"}';
const REPORT = 'REPORT RequestId: 1\tDuration: 1 ms\tStatus: error';
const LINES = [SLOW, FAST, TRIED, REPORT];

test.each([
  ['', LINES],
  ['delivered', [SLOW, FAST]],
  ['"will be tried again"', [TRIED]],
  ['"will be tried again" WARN', [TRIED]],
  ['"will be tried again" ERROR', []],
  ['Delivered', []],
  ['?WARN ?"Status: error" ?"Status: timeout"', [TRIED, REPORT]],
  ['{ $.receipt.durationMs > 60000 }', [SLOW]],
  ['{ $.receipt.durationMs <= 70000 }', [SLOW, FAST]],
  ['{ $.receipt.durationMs != 30 }', [SLOW]],
  ['{$.receipt.route="main"}', [SLOW]],
  ['{ $.receipt.nothing = 1 }', []],
])('%s finds what it finds on AWS', (pattern, found) => {
  expect(LINES.filter(compileFilter(pattern))).toEqual(found);
});

test.each(['-WARN', '%[0-9]+%', '[ip, user]', '{ $.a = 1 && $.b = 2 }', '{ $.a = main* }', '?WARN delivered', '"open'])(
  '%s is refused rather than misread',
  (pattern) => {
    expect(() => compileFilter(pattern)).toThrow(`The filter pattern ${pattern} is not valid, or not known here.`);
  },
);
