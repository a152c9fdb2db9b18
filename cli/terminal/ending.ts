/** How a program ends when it is told to: by Ctrl-C, another signal, a terminal that closes, or an npm that is gone. */
import { readFileSync, writeSync } from 'node:fs';
import { constants } from 'node:os';

type Ending = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

/** What must end in good order gets so long, so that everything is over within two seconds. */
const PATIENCE_MS = 1_500;
/** The terminal tells npm and its child alike of Ctrl-C, and npm tells its child once more. */
const ECHO_MS = 250;
const LOOK_FOR_NPM_EVERY_MS = 500;

interface Step {
  close: () => Promise<unknown>;
  /** What to say once that is done. */
  then?: string;
}

const begun = new AbortController();
const steps: Step[] = [];
let doing: string | undefined;
let begunAt = 0;

/** Aborted as soon as the program is told to end. */
export const endingSignal: AbortSignal = begun.signal;

/** Names what is under way, for the sentence that answers Ctrl-C: it begins with "Ending". */
export function isDoing(what: string): void {
  doing = what;
}

/**
 * Registers what must end in good order. The last comes first, and all of them together get a second and a half. What must go at any end,
 * also after that, belongs to the process's event `exit`.
 * @returns does it now, and no second time
 */
export function atEnding(close: () => Promise<unknown>, then?: string): () => Promise<void> {
  const step: Step = { close, ...(then !== undefined && { then }) };
  steps.push(step);
  return async () => {
    const index = steps.indexOf(step);
    if (index === -1) return;
    steps.splice(index, 1);
    await close();
  };
}

/** Keeps the program up until it is told to end. */
export function untilTheEnd(): Promise<never> {
  return new Promise(() => undefined);
}

/** Has the program end whenever it is told to, with the exit code that a shell would tell: 130 for Ctrl-C, 143, 129 or 131. */
export function heedEndings(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => end(signal));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unread);
  if (process.env['npm_lifecycle_event'] === undefined) return;
  // Between npm and its program there is a shell, which passes no signal on; and an npm that is killed tells nobody.
  const parents = parentsNow();
  setInterval(() => parentsNow() !== parents && end('SIGHUP'), LOOK_FOR_NPM_EVERY_MS).unref();
}

/** The process ids of the parent and, on Linux, of its parent. */
function parentsNow(): string {
  let grandparent: string | undefined;
  try {
    grandparent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${process.ppid}/status`, 'utf8'))?.[1];
  } catch {
    // Another system, or the parent has just ended.
  }
  return `${process.ppid} ${grandparent}`;
}

/** A terminal that has closed, or a reader that has seen enough, as in `… | head -1`: for what only shows something that is no failure. */
function unread(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  if (error.code === 'EPIPE' && doing === undefined) process.exit(0);
  end('SIGHUP');
}

function end(signal: Ending): void {
  const exitCode = 128 + constants.signals[signal];
  if (begun.signal.aborted) {
    // A terminal that closes is noticed in several ways.
    if (signal !== 'SIGHUP' && Date.now() - begunAt > ECHO_MS) process.exit(exitCode);
    return;
  }
  begunAt = Date.now();
  // What is under way fails now, and is of no interest any more.
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, () => undefined);
  for (const stream of [process.stdout, process.stderr]) stream.write = () => true;
  if (doing !== undefined) say(`\nEnding ${doing}. Ctrl-C again ends at once.`);
  begun.abort();
  setTimeout(() => process.exit(exitCode), PATIENCE_MS);
  void closeAll().then(() => process.exit(exitCode));
}

async function closeAll(): Promise<void> {
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    await step.close().catch(() => undefined);
    if (step.then !== undefined) say(step.then);
  }
}

/** At once, and past everything that is muted. */
function say(sentence: string): void {
  try {
    writeSync(process.stderr.fd, `${sentence}\n`);
  } catch {
    // Nobody reads it.
  }
}
