/** Prints a check as a table for people. */
import type { CheckLine } from './line.ts';

const COLUMNS = ['check', 'route', 'result', 'found'] as const;

/** One row for each line. Below a row that isn't ok stands who must, or could, change what. */
export function tableOf(lines: readonly CheckLine[]): string {
  const rows = lines.map(({ check, route = '', status, found }) => [check, route, RESULTS[status], found]);
  const widths = COLUMNS.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]!.length)));
  // The last column has no fixed width.
  const format = (row: readonly string[]) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index]!)))
      .join('  ')
      .trimEnd();
  return [
    format(COLUMNS),
    format(
      widths
        .slice(0, -1)
        .map((width) => '─'.repeat(width))
        .concat('─'.repeat(COLUMNS.at(-1)!.length)),
    ),
    ...lines.flatMap((line, index) => [format(rows[index]!), ...remedyOf(line)]),
    '',
    summaryOf(lines),
  ].join('\n');
}

const RESULTS = { ok: 'ok', failed: 'FAILED', awaited: 'awaited', advised: 'advised', skipped: 'not tried' } as const;

function remedyOf({ remedy }: CheckLine): string[] {
  if (!remedy) return [];
  const text = remedy.statement === undefined ? [] : JSON.stringify(remedy.statement, undefined, 2).split('\n');
  return [`  → ${remedy.side} account ${remedy.account}: ${remedy.change}`, ...text.map((line) => `    ${line}`)];
}

function summaryOf(lines: readonly CheckLine[]): string {
  const sentences = [
    sentenceOf(lines, 'failed', 'failed; to be mended by'),
    sentenceOf(lines, 'awaited', 'awaited; to be deployed by'),
  ].filter((sentence) => sentence !== undefined);
  return sentences.join(' ') || 'All is as it must be.';
}

function sentenceOf(lines: readonly CheckLine[], status: CheckLine['status'], what: string): string | undefined {
  const open = lines.filter((line) => line.status === status);
  if (open.length === 0) return undefined;
  const sides = open.flatMap(({ remedy }) => (remedy ? [`${remedy.side} account ${remedy.account}`] : []));
  return `${open.length} of ${lines.length} ${what}: ${[...new Set(sides)].join(', ')}.`;
}
