/** A table that fits the width of a terminal as well as it can. */
import stringWidth from 'string-width';
import { formatTable, shortened } from './text.ts';

export interface Column {
  title: string;
  /** Where there is little room. */
  short?: string;
  isFigure?: boolean;
  /** Columns of a higher one are the first to be left out. */
  rank: number;
}

const GAP = 2;
/** A key that is shortened further tells little. */
const MIN_KEY_WIDTH = 16;

/** @param columns the first one is shortened where it must be, and is never left out; without `width`, nothing is */
export function fitTable(columns: readonly Column[], rows: readonly string[][], width?: number): string {
  const ranks = [...new Set(columns.slice(1).map(({ rank }) => rank))].toSorted((one, other) => other - one);
  const tries = [{ isShort: false, most: ranks[0]! }, ...ranks.map((most) => ({ isShort: true, most }))];
  for (const [index, { isShort, most }] of tries.entries()) {
    const kept = columns.map((_, column) => column).filter((column) => column === 0 || columns[column]!.rank <= most);
    const titles = kept.map((column) => (isShort && columns[column]!.short) || columns[column]!.title);
    const cells = rows.map((row) => kept.map((column) => row[column]!));
    const room = width === undefined ? Number.POSITIVE_INFINITY : width - widthBesidesKey(titles, cells);
    const isLast = index === tries.length - 1;
    if (room < Math.min(MIN_KEY_WIDTH, keyWidth(titles, cells)) && !isLast) continue;
    const figures = kept.flatMap((column, place) => (columns[column]!.isFigure ? [place] : []));
    const fitted = cells.map(([key, ...rest]) => [shortened(key!, Math.max(room, 1)), ...rest]);
    return formatTable(titles, fitted, new Set(figures));
  }
  return '';
}

function widthBesidesKey([, ...titles]: string[], rows: readonly string[][]): number {
  const widths = titles.map((title, place) => widest([title, ...rows.map((row) => row[place + 1]!)]));
  return widths.reduce((sum, each) => sum + GAP + each, 0);
}

function keyWidth([title]: string[], rows: readonly string[][]): number {
  return widest([title!, ...rows.map(([key]) => key!)]);
}

function widest(cells: readonly string[]): number {
  return cells.reduce((most, cell) => Math.max(most, stringWidth(cell)), 0);
}
