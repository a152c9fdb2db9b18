import { describe, expect, test } from 'vitest';
import { type Cell, csvRow } from '../../../../../functions/replay/audit/csv.ts';

describe('a row', () => {
  test.each<[Cell[], string]>([
    [['a', 1, undefined, ''], 'a,1,,'],
    [['one, two'], '"one, two"'],
    [['say "yes"'], '"say ""yes"""'],
    [['two\nlines', 'two\rlines'], '"two\nlines","two\rlines"'],
    [[' spaces ', '日本', '🎉'], ' spaces ,日本,🎉'],
    [['=1+1', '-1', '@a'], '=1+1,-1,@a'],
  ])('%j is %j', (cells, row) => expect(csvRow(cells, false)).toBe(`${row}\r\n`));
});

describe('a row without formulas', () => {
  test.each<[Cell, string]>([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@a', "'@a"],
    ['\ta', "'\ta"],
    ['\ra', '"\'\ra"'],
    ['\na', '"\'\na"'],
    // So that whoever takes one apostrophe away has the key.
    ["'=1", "''=1"],
    ['a=1', 'a=1'],
    ['=HYPERLINK("a")', '"\'=HYPERLINK(""a"")"'],
    [7, '7'],
    [undefined, ''],
  ])('%j is %j', (cell, text) => expect(csvRow([cell], true)).toBe(`${text}\r\n`));
});
