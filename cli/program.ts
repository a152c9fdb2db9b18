/** The command as its parser knows it: each verb with its options, help and examples. */
import { Argument, Command, CommanderError, Option } from 'commander';
import { DEFAULT_NAME } from '../infra/config/relay-schema.ts';
import { printable } from './terminal/printable.ts';
import { didYouMean } from './terminal/program.ts';
import { UserError } from './terminal/user-error.ts';
import { type Attempt, missingWords, nameOf, type Verb } from './verb.ts';

export type Typed = Pick<Attempt, 'words' | 'options'>;

const JSON_FLAG = '--json';
/** Of each verb that asks AWS. */
const CONNECTION = [
  ['--relay <NAME>', `its name, ${DEFAULT_NAME} unless given`],
  ['--profile <NAME>', 'of the AWS CLI, for account A; AWS_PROFILE unless given'],
  ['--region <REGION>', "of the relay; the profile's unless given"],
] as const;

const ENDS = `
Ends with 0 if all is as it should be, with 1 if something failed or isn't there, with 2 for a mistake or for what you
must change first, with 3 if some was left out, and with 130 after Ctrl-C.`;

/** @param command as a person types it */
export function programOf(command: string, version: string): Command {
  return new Command('upload-relay')
    .usage('COMMAND [OPTIONS]')
    .description('Operates an Upload Relay: what is delivered, what failed and why, and what to do next.')
    .version(version, '--version', 'prints the version')
    .helpOption('-h, --help', 'after a command: what that one does, fails at and prints')
    .helpCommand(false)
    .addHelpText('after', `${ENDS}\n\n  ${command} doctor --profile a`)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
}

/** @param act gets what was typed, checked */
export function addVerb<A extends Attempt>(
  program: Command,
  command: string,
  verb: Verb<A>,
  act: (typed: Typed) => Promise<void>,
  asksAws = true,
): void {
  const { usage, summary, more, options = {}, words, json, examples = [] } = verb;
  const name = nameOf(verb);
  const sub = program
    .command(name)
    .usage([...usage.split(' ').slice(1), '[OPTIONS]'].join(' '))
    .summary(summary)
    .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
    .helpOption('-h, --help', 'prints this')
    .allowExcessArguments();
  if (words) sub.addArgument(argumentOf(usage, words));
  for (const option of Object.values(options)) sub.addOption(optionOf(option));
  if (asksAws) for (const [flags, what] of CONNECTION) sub.option(flags, what);
  if (json !== undefined) sub.option(JSON_FLAG, `prints ${json}`);
  if (more !== undefined) sub.addHelpText('after', `\n${more}`);
  if (examples.length > 0) sub.addHelpText('after', `\n${examples.map((each) => exampleOf(command, each)).join('\n')}`);
  sub.action(async () => {
    const { args, least, most } = { args: sub.args, least: words?.least ?? 0, most: words?.most ?? 0 };
    if (args.length < least) throw new UserError(missingWords(command, verb));
    if (args.length > most) {
      throw new UserError(`${name} has no use for "${printable(args[most]!)}". Try: ${command} ${name} --help`);
    }
    refuseOthers(words?.choices, usage.split(' ')[1], args[0]);
    const given = byOwnNames(sub);
    refuseEmpty(given, options);
    await act({ words: args, options: given });
  });
}

/** Choices are checked by our own words, and known to the completion. */
function argumentOf(usage: string, { choices, most }: NonNullable<Verb['words']>): Argument {
  const [, name = 'WORD'] = usage.replace(/[[\]…]/g, '').split(' ');
  const argument = new Argument(`[${name}${most > 1 ? '...' : ''}]`);
  if (choices) argument.argChoices = [...choices];
  return argument;
}

function optionOf({ usage, summary, choices, type }: NonNullable<Verb['options']>[string]): Option {
  const [flag = '', value = ''] = usage.split(' ');
  const option = new Option(type === 'boolean' ? flag : `${flag} <${value}>`, summary);
  if (!choices) return option;
  option.argChoices = [...choices];
  return option.argParser((given: string) => {
    refuseOthers(choices, flag, given);
    return given;
  });
}

function refuseOthers(choices: readonly string[] | undefined, name: string | undefined, given: string | undefined) {
  if (!choices || given === undefined || choices.includes(given)) return;
  throw new UserError(
    `${name} is "${printable(given)}": it must be ${choices.join(' or ')}.${didYouMean(given, choices)}`,
  );
}

/** An unset variable of a shell would otherwise lift a limit: `--since "$DAY"`. */
function refuseEmpty(given: Typed['options'], options: NonNullable<Verb['options']>): void {
  const name = Object.keys(given).find((each) => given[each] === '' && !options[each]?.mayBeEmpty);
  if (name !== undefined) throw new UserError(`--${name} is "": it must have a value, or be left out.`);
}

/** People type what is common to all commands before the command, too. Pure. */
export function verbFirst(args: readonly string[]): string[] {
  const valued = CONNECTION.map(([flags]) => flags.split(' ')[0]!);
  let before = 0;
  for (;;) {
    const [option = '', value] = (args[before] ?? '').split('=', 2);
    if (option !== JSON_FLAG && !valued.includes(option)) break;
    before += option === JSON_FLAG || value !== undefined ? 1 : 2;
  }
  const [verb, ...others] = args.slice(before);
  return verb === undefined || verb.startsWith('-') ? [...args] : [verb, ...args.slice(0, before), ...others];
}

function exampleOf(command: string, [line, does]: readonly [string, string]): string {
  return `  ${command} ${line}\n      ${does}`;
}

/** The parser calls `--dry-run` dryRun, and we don't. */
function byOwnNames(command: Command): Typed['options'] {
  return Object.fromEntries(
    command.options.map((option) => [option.name(), command.getOptionValue(option.attributeName())]),
  );
}

interface Around {
  command: string;
  /** The first word. */
  typed: string;
  /** The names of all verbs. */
  known: readonly string[];
}

/** @returns undefined for what is no mistake: help, and the version */
export function mistakeOf(error: unknown, { command, typed, known }: Around): unknown {
  if (!(error instanceof CommanderError)) return error;
  if (error.exitCode === 0) return undefined;
  const [, unknown] = /unknown command '(.*)'/.exec(error.message) ?? [];
  if (unknown !== undefined) {
    const meant = didYouMean(unknown, known);
    return new UserError(`There is no command "${printable(unknown)}".${meant} What there is: ${command} --help`);
  }
  const [sentence, suggestion] = error.message
    .replace(/^error: /, '')
    .split('\n')
    .map((line) => line.replace(/\.$/, ''));
  const meant = suggestion === undefined ? '' : ` ${suggestion.replace(/^\(|\)$/g, '')}`;
  const which = known.includes(typed) ? `${command} ${typed}` : command;
  return new UserError(`${sentence![0]!.toUpperCase()}${printable(sentence!.slice(1))}.${meant} Try: ${which} --help`);
}
