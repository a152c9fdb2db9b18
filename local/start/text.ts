/** Bytes, shortened texts and tables as a terminal shows them. */
import stringWidth from 'string-width';

const SEGMENTS = new Intl.Segmenter();
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1536` → `1.5 KiB` */
export function formatBytes(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, bytes === 0 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** unit;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `75` → `1:15` */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const parts = hours === 0 ? [String(minutes)] : [String(hours), twoDigits(minutes)];
  return [...parts, twoDigits(whole % 60)].join(':');
}

function twoDigits(figure: number): string {
  return String(figure).padStart(2, '0');
}

/** Cut in the middle, since what tells keys from each other stands at both ends. */
export function shortened(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const characters = [...SEGMENTS.segment(text)].map(({ segment }) => segment);
  const most = Math.max(0, width - 1);
  const begin = upTo(characters, Math.ceil(most / 2));
  const end = upTo(characters.toReversed(), most - stringWidth(begin.join('')));
  return width < 1 ? '' : [...begin, '…', ...end.toReversed()].join('');
}

/** As many characters as fit. */
function upTo(characters: readonly string[], width: number): string[] {
  let used = 0;
  const surplus = characters.findIndex((each) => {
    used += stringWidth(each);
    return used > width;
  });
  return characters.slice(0, surplus === -1 ? undefined : surplus);
}

/** Columns as wide as their widest cell; `rightAligned` holds the numbers of columns with figures. */
export function formatTable(header: string[], rows: string[][], rightAligned: ReadonlySet<number>): string {
  const widths = header.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column]!)].map((cell) => stringWidth(cell))),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => {
        const space = ' '.repeat(widths[column]! - stringWidth(cell));
        return rightAligned.has(column) ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  return [line(header), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}
