/** Reads CSV as RFC 4180 has it, as a stream: https://www.rfc-editor.org/rfc/rfc4180 */

/** A cell in quotes, in which `""` stands for a quote, or a bare one; and what ends it. */
const CELL = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n)/y;
/** A key and what surrounds it have a few KB. */
const LONGEST_CELL = 1024 ** 2;

/**
 * The rows of a text that comes in pieces. The last one may lack its end.
 * @throws Error for what is no CSV
 */
export async function* csvRows(pieces: AsyncIterable<string>): AsyncGenerator<string[]> {
  let row: string[] = [];
  let rest = '';
  function* complete(): Generator<string[]> {
    CELL.lastIndex = 0;
    for (let start = 0; ; start = CELL.lastIndex) {
      const [, cell, end] = CELL.exec(rest) ?? [];
      if (cell === undefined) {
        rest = rest.slice(start);
        if (rest.length > LONGEST_CELL)
          throw new Error(`no CSV: a cell begins with ${JSON.stringify(rest.slice(0, 40))}`);
        return;
      }
      row.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
      if (end === ',') continue;
      yield row;
      row = [];
    }
  }
  for await (const piece of pieces) {
    rest += piece;
    yield* complete();
  }
  if (rest === '' && row.length === 0) return;
  rest += '\n';
  yield* complete();
  if (rest !== '') throw new Error(`no CSV: it ends with ${JSON.stringify(rest.slice(0, 40))}`);
}
