/** Shows how far the deliveries are: how much, how fast and how long still, of uploading and of relaying. */
import stringWidth from 'string-width';
import { widthOf } from './say.ts';
import type { Counts, Stage, Tally } from './tally.ts';
import { formatBytes, formatDuration } from './text.ts';

const REDRAW_EVERY_MS = 100;
const LINE_EVERY_MS = 5000;
const UNKNOWN = '–';

/** A line that is drawn again and again on a terminal; elsewhere a line every few seconds, which reads well in a log. */
export function showProgress(out: NodeJS.WriteStream, tally: Tally, signal: AbortSignal): { done(): void } {
  const isTerminal = out.isTTY && process.env['TERM'] !== 'dumb';
  if (!isTerminal) return repeat(LINE_EVERY_MS, () => out.write(`${formatCounts(tally.counts())}\n`));
  const line = new TerminalLine(out);
  const drawing = repeat(REDRAW_EVERY_MS, () => line.draw(tally.counts()));
  const done = () => {
    drawing.done();
    line.clear();
    signal.removeEventListener('abort', done);
  };
  signal.addEventListener('abort', done);
  return { done };
}

export function repeat(everyMs: number, act: () => void): { done(): void } {
  const timer = setInterval(act, everyMs);
  return { done: () => clearInterval(timer) };
}

/** The last line of a terminal, whose width may change meanwhile. */
export class TerminalLine {
  readonly #out: NodeJS.WriteStream;
  #drawnWidth = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  draw(counts: Counts): void {
    // In the last column some terminals would go on to the next line.
    const line = fitting(counts, widthOf(this.#out)! - 1);
    this.#out.write(`${this.#backToStart()}${line}\u001b[K`);
    this.#drawnWidth = stringWidth(line);
  }

  clear(): void {
    if (this.#drawnWidth === 0) return;
    this.#out.write(`${this.#backToStart()}\u001b[J`);
    this.#drawnWidth = 0;
  }

  /** Where the terminal has become narrower, it has broken the line. */
  #backToStart(): string {
    const rowsAbove = Math.ceil(this.#drawnWidth / widthOf(this.#out)!) - 1;
    return rowsAbove > 0 ? `\r\u001b[${rowsAbove}A\u001b[J` : '\r';
  }
}

/** The most that fits. */
export function fitting(counts: Counts, width: number): string {
  const { uploaded, relayed, delivered, total } = counts;
  const lines = [
    formatCounts(counts),
    `up ${short(uploaded)}, relayed ${short(relayed)}, ${delivered}/${total}`,
    `up ${short(uploaded)}, relayed ${short(relayed)}`,
    `up ${shortest(uploaded)}, relayed ${shortest(relayed)}, ${delivered}/${total}`,
    `up ${shortest(uploaded)}, relayed ${shortest(relayed)}`,
    `up ${share(uploaded)}, relayed ${share(relayed)}`,
  ];
  return (lines.find((line) => stringWidth(line) <= width) ?? lines.at(-1)!).slice(0, Math.max(0, width));
}

export function formatCounts({ uploaded, relayed, delivered, failed, total }: Counts): string {
  const failures = failed === 0 ? '' : `, ${failed.toLocaleString('en')} failed`;
  const objects = `${delivered.toLocaleString('en')} of ${total.toLocaleString('en')} delivered${failures}`;
  return `uploaded ${long(uploaded)}; relayed ${long(relayed)}; ${objects}`;
}

function long(stage: Stage): string {
  const amount = `${formatBytes(stage.bytes)} of ${formatBytes(stage.totalBytes)}`;
  return stage.secondsLeft === 0 ? amount : `${amount} at ${speed(stage)}, ${left(stage)} left`;
}

function short(stage: Stage): string {
  const [total, unit] = formatBytes(stage.totalBytes).split(' ');
  const bytes = stage.bytes === 0 ? 0 : (stage.bytes / stage.totalBytes) * Number(total);
  return `${bytes.toFixed(1)}/${total} ${unit} ${pace(stage)}`;
}

function shortest(stage: Stage): string {
  return `${share(stage)} ${pace(stage)}`;
}

function pace(stage: Stage): string {
  return stage.secondsLeft === 0 ? 'done' : `${speed(stage)} ${left(stage)}`;
}

function share({ bytes, totalBytes }: Stage): string {
  return `${totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes)}%`;
}

function speed({ bytesPerSecond }: Stage): string {
  return bytesPerSecond === undefined ? UNKNOWN : `${formatBytes(Math.round(bytesPerSecond))}/s`;
}

function left({ secondsLeft }: Stage): string {
  return secondsLeft === undefined ? UNKNOWN : formatDuration(secondsLeft);
}
