/** What the command lines of this repository share: help, options, the words for a mistake, and exit codes. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from '../functions/core/nearest.ts';
import { endingSignal, heedEndings, isDoing } from './ending.ts';
import { openOwnFolder } from './own-folder.ts';
import { Failure, UserError } from './start/user-error.ts';

export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** All went well, but some of what was named was left out. */
export const EXIT_SKIPPED = 3;

const FULL = 'The disk is full: free some space, or set TMPDIR to a folder where there is some.';

/** Gets the arguments without node and script, and may answer with an exit code; 0 otherwise. */
type Main = (args: string[]) => Promise<number | undefined> | Promise<void>;

interface Cli {
  /** Or which help the arguments ask for. */
  help: string | ((args: readonly string[]) => string);
  /** Whether it, or anything that it starts, writes temporary files: then all of them get one folder, which goes with it. */
  hasOwnFolder?: boolean;
}

/**
 * Runs a program. `--help` prints the help and starts nothing. A mistake of the user is a sentence and exit code 2, and a failure one and
 * exit code 1; any other error comes with its stack.
 */
export function runCli(main: Main, { help, hasOwnFolder = false }: Cli): void {
  const args = process.argv.slice(2);
  heedEndings();
  if (asksForHelp(args)) {
    process.stdout.write(typeof help === 'string' ? help : help(args));
    return;
  }
  const run = async () => {
    if (hasOwnFolder) {
      isDoing('what is under way');
      openOwnFolder();
    }
    return main(args);
  };
  void run().then((exitCode) => end(exitCode ?? 0), fail);
}

function fail(thrown: unknown): void {
  const error = isFullDisk(thrown) ? new UserError(FULL) : thrown;
  const isMistake = error instanceof UserError;
  const isTold = isMistake || error instanceof Failure;
  process.stderr.write(`${isTold ? error.message : ((error as Error).stack ?? error)}\n`);
  end(isMistake ? EXIT_USAGE : EXIT_FAILED);
}

/** Wherever it was noticed, perhaps in a child process. */
function isFullDisk(error: unknown): boolean {
  return /\b(ENOSPC|EDQUOT|no space left on device|disk quota exceeded)\b/.test((error as Error).message);
}

/** Once everything is written. Left to itself, Node may close what is still open for ever: it was seen to spin in its own clean-up. */
function end(exitCode: number): void {
  if (endingSignal.aborted) return;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}

/** What comes after `--` is no option. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? undefined : end).some((arg) => arg === '--help' || arg === '-h');
}

/**
 * @param command as a person types it, e.g. `npm run bench` or `npm run try -- look`
 * @throws UserError for an option or argument that does not exist, or an option without its value
 */
export function parseOptionsOf<T extends ParseArgsConfig>(command: string, config: T): ReturnType<typeof parseArgs<T>> {
  const { args = [], options = {} } = config;
  try {
    return parseArgs({ ...config, args: withNegativeNumbers(args, options) }) as ReturnType<typeof parseArgs<T>>;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.\s/);
    const [, unknown] = /^Unknown option '(--[^']+)'/.exec(sentence!) ?? [];
    const known = Object.keys(options).map((name) => `--${name}`);
    const meant = unknown === undefined ? '' : didYouMean(unknown, [...known, '--help']);
    throw new UserError(`${sentence!.replace('is ambiguous', 'missing')}.${meant} ${tryHelp(command)}`);
  }
}

function tryHelp(command: string): string {
  return `Try: ${command}${command.includes(' -- ') ? '' : ' --'} --help`;
}

/** A question to add to a refusal; nothing where no candidate is near. */
export function didYouMean(given: string, candidates: readonly string[]): string {
  const meant = nearest(given, candidates);
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
}

/** `--seed -1` as `--seed=-1`: a number is no option, and the limits have words of their own for it. */
function withNegativeNumbers(args: readonly string[], options: NonNullable<ParseArgsConfig['options']>): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1) ?? '';
    const takesValue = before.startsWith('--') && options[before.slice(2)]?.type === 'string';
    if (takesValue && /^-\d/.test(arg)) joined[joined.length - 1] = `${before}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

export interface Limits {
  least: number;
  /** None unless given. */
  most?: number;
}

/** @throws UserError naming the option and what was given */
export function wholeNumber(option: string, text: string, limits: Limits): number {
  return number(option, text, limits, /^\d+$/, 'whole number');
}

/** With or without a fraction. @throws UserError naming the option and what was given */
export function decimalNumber(option: string, text: string, limits: Limits): number {
  return number(option, text, limits, /^\d+(\.\d+)?$/, 'number');
}

function number(option: string, text: string, { least, most }: Limits, form: RegExp, kind: string): number {
  const value = Number(text);
  if (form.test(text) && value >= least && value <= (most ?? Number.MAX_SAFE_INTEGER)) return value;
  const range = most === undefined ? `from ${least}` : `from ${least} to ${most}`;
  throw new UserError(`${option} is "${text}": it must be a ${kind} ${range}.`);
}
