/** Reads what is typed after `npm run try --`, and does it. */

import { printable } from '../../cli/terminal/printable.ts';
import { Failure, UserError } from '../../cli/terminal/user-error.ts';
import { missingWords, nameOf } from '../../cli/verb.ts';
import { asksForHelp, didYouMean, EXIT_FAILED, EXIT_SKIPPED, parseOptionsOf } from '../cli.ts';
import { takePort } from '../start/at-port.ts';
import { helpFor, helpOf, verbIn } from './help.ts';
import type { Attempt, Verb } from './verb.ts';
import { VERBS } from './verbs.ts';
import { openWorld } from './world.ts';

export interface Command extends Pick<Attempt, 'words' | 'options'> {
  verb: Verb;
  isJson: boolean;
}

/** Where it prints. */
export interface Screen {
  out(text: string): void;
  err(text: string): void;
}

const COMMAND = 'npm run try --';
/** What AWS answers as long as a stack isn't deployed. */
const MISSING = ['NoSuchBucket', 'ResourceNotFoundException', 'QueueDoesNotExist', 'NoSuchEntityException'];
/** What the system says of a server that has gone. */
const GONE = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'];

/**
 * @returns the exit code
 * @throws UserError, Failure
 */
export async function runCommand(given: string[], { out, err }: Screen): Promise<number> {
  if (asksForHelp(given)) {
    out(helpFor(VERBS, given));
    return 0;
  }
  const { port, rest: args } = takePort(given);
  if (args.length === 0) {
    out(helpOf(VERBS));
    return 0;
  }
  const { verb, isJson, ...typed } = parseCommand(args);
  const tell = (value: object, text: string) => out(`${isJson ? JSON.stringify(value) : text}\n`);
  const warn = (text: string) => err(`${text}\n`);
  try {
    const world = await openWorld(port);
    const outcome = await verb.act({ command: COMMAND, world, relay: world.relay, ...typed, tell, warn });
    if (outcome === 'some skipped') return EXIT_SKIPPED;
    return outcome ? 0 : EXIT_FAILED;
  } catch (error) {
    throw told(error);
  }
}

/** Pure. @throws UserError */
export function parseCommand([name = '', ...args]: string[]): Command {
  const verb = verbIn(VERBS, [name]) ?? unknownVerb(name);
  const command = `${COMMAND} ${name}`;
  const known = Object.entries(verb.options ?? {}).map(([option, { type }]) => [option, { type }] as const);
  const { values, positionals: words } = parseOptionsOf(command, {
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean' }, ...Object.fromEntries(known) },
  });
  const { least, most } = verb.words ?? { least: 0, most: 0 };
  if (words.length < least) throw new UserError(missingWords(COMMAND, verb));
  if (words.length > most) {
    throw new UserError(`${name} has no use for "${printable(words[most]!)}". Try: ${command} --help`);
  }
  const { json, ...options } = values as Record<string, string | boolean | undefined>;
  return { verb, words, options, isJson: json === true };
}

function unknownVerb(name: string): never {
  if (name.startsWith('-')) throw new UserError(`The verb comes before "${name}". What there is: npm run try`);
  const meant = didYouMean(name, VERBS.map(nameOf));
  throw new UserError(`There is no "${printable(name)}" to try.${meant} What there is: npm run try`);
}

/** Errors of AWS and of the network are told in a sentence; a stack tells of a defect here. */
function told(error: unknown): unknown {
  const { cause, name, message, $metadata, ...own } = error as NodeJS.ErrnoException & { $metadata?: object };
  // What fetch fails with has the system's error as its cause.
  const { code = '' } = { ...(cause as NodeJS.ErrnoException | undefined), ...own };
  if (GONE.includes(code)) return new UserError('Nothing answers: npm start must be up in another terminal.');
  if (MISSING.includes(name)) {
    const sentence = message.replace(/\.$/, '');
    return new UserError(`${sentence}. In empty accounts, deploy both stacks first: README.md says how.`);
  }
  return $metadata === undefined ? error : new Failure(`AWS refuses it: ${name}: ${message}`);
}
