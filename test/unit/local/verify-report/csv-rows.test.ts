import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { csvRow } from '../../../../functions/replay/audit/csv.ts';
import { csvRows } from '../../../../local/verify-report/csv-rows.ts';

async function allOf(pieces: AsyncIterable<string>): Promise<string[][]> {
  const rows = [];
  for await (const row of csvRows(pieces)) rows.push(row);
  return rows;
}

const rowsOf = (...pieces: string[]) => allOf(Readable.from(pieces));

const ROWS = [
  ['a', '', 'c'],
  ['say "yes"', 'one, two', 'two\nlines'],
  ['\r\n', '"', '""'],
  ['', '', ''],
];
const TEXT = ROWS.map((row) => csvRow(row, false)).join('');

test('what the audit writes is read, wherever the pieces of the text end', async () => {
  for (let cut = 0; cut <= TEXT.length; cut++)
    expect(await rowsOf(TEXT.slice(0, cut), TEXT.slice(cut)), `cut at ${cut}`).toEqual(ROWS);
  expect(await rowsOf(...TEXT)).toEqual(ROWS);
});

test('what S3 Inventory writes is read: bare line ends, and perhaps none at the end', async () => {
  expect(await rowsOf('"bucket","a%20b","1"\n"bucket","c","2"')).toEqual([
    ['bucket', 'a%20b', '1'],
    ['bucket', 'c', '2'],
  ]);
});

test('nothing is no row', async () => expect(await rowsOf()).toEqual([]));

describe('what is no CSV', () => {
  test.each(['"never closed', '"closed" too early,', 'a"b', 'a\rb'])('%j', async (text) => {
    await expect(rowsOf(text)).rejects.toThrow('no CSV');
  });

  test('a cell without end takes no memory without end', async () => {
    const endless = async function* () {
      yield '"';
      for (;;) yield 'a'.repeat(100_000);
    };
    await expect(allOf(endless())).rejects.toThrow('no CSV: a cell begins with');
  });
});
