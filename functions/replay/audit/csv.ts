/** Writes rows of CSV as RFC 4180 has them: https://www.rfc-editor.org/rfc/rfc4180 */

export type Cell = string | number | undefined;

const NEEDS_QUOTES = /[",\r\n]/;
/** What a spreadsheet takes for a formula, and the apostrophe itself, so that it can be told which apostrophe was put in front. */
const FORMULA = /^[=+\-@\t\r\n']/;

/**
 * One row with its line end. Pure.
 * @param defuseFormulas whether a cell that may be taken for a formula begins with an apostrophe
 */
export function csvRow(cells: readonly Cell[], defuseFormulas: boolean): string {
  return `${cells.map((cell) => quoted(defuseFormulas ? defused(cell) : cell)).join(',')}\r\n`;
}

function quoted(cell: Cell = ''): Cell {
  if (typeof cell === 'number' || !NEEDS_QUOTES.test(cell)) return cell;
  return `"${cell.replaceAll('"', '""')}"`;
}

function defused(cell: Cell): Cell {
  return typeof cell === 'string' && FORMULA.test(cell) ? `'${cell}` : cell;
}
