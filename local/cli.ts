/** What the command lines of this repository share: help and options. How they end is in cli/terminal/program.ts. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { heedEndings, isDoing } from '../cli/terminal/ending.ts';
import { didYouMean, endWith } from '../cli/terminal/program.ts';
import { UserError } from '../cli/terminal/user-error.ts';
import { openOwnFolder } from './own-folder.ts';

export { decimalNumber, wholeNumber } from '../cli/terminal/numbers.ts';
export { didYouMean, EXIT_FAILED, EXIT_SKIPPED, EXIT_USAGE } from '../cli/terminal/program.ts';

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
  endWith(run().then((exitCode) => exitCode ?? undefined));
}

/** What comes after `--` is no option. */
export function asksForHelp(args: readonly string[]): boolean {
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
