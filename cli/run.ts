/** Reads what is typed after `upload-relay`, and does it. */
import { existsSync } from 'node:fs';
import addCompletion from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { connect } from './aws/connection.ts';
import { type Asked, told } from './aws/told.ts';
import { relayNameOf } from './names.ts';
import { addVerb, mistakeOf, programOf, type Typed, verbFirst } from './program.ts';
import { deployedRelay } from './relay.ts';
import { EXIT_FAILED, EXIT_SKIPPED } from './terminal/program.ts';
import type { Attempt, Verb } from './verb.ts';
import { LOCAL_VERBS, REMOTE_VERBS } from './verbs.ts';

/** Where it prints. */
export interface Screen {
  out(text: string): void;
  err(text: string): void;
}

/** `npm run try`, which is in the repository alone. */
const TRY = new URL('../local/try/command.ts', import.meta.url);
const HAS_TRY = import.meta.url.endsWith('.ts') && existsSync(TRY);

type Outcome = Awaited<ReturnType<Verb['act']>>;

/**
 * @param command as a person types it, for what is told to type next
 * @returns the exit code
 * @throws UserError, Failure
 */
export async function runCommand(args: string[], command: string, screen: Screen): Promise<number> {
  const typed = verbFirst(args);
  if (args[0] === 'try' && HAS_TRY) return runTry(args.slice(1), screen);
  let outcome: Outcome = true;
  const program = fullProgram(command, screen, (ended) => {
    outcome = ended;
  });
  if (args.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(typed, { from: 'user' });
  } catch (error) {
    // What only shells ask is no command to be meant.
    const known = program.commands.map((each) => each.name()).filter((name) => name !== 'complete');
    const mistake = mistakeOf(error, { command, typed: typed[0]!, known });
    if (mistake !== undefined) throw mistake;
  }
  return exitCodeOf(outcome);
}

function fullProgram(command: string, screen: Screen, end: (outcome: Outcome) => void): Command {
  const program = programOf(command, packageFile.version);
  program.configureOutput({ writeOut: screen.out });
  const attemptOf = attempts(command, screen);
  for (const verb of LOCAL_VERBS) {
    addVerb(program, command, verb, async (typed) => end(await verb.act(attemptOf(typed))), false);
  }
  for (const verb of REMOTE_VERBS) {
    addVerb(program, command, verb, async (typed) => end(await actOn(verb, attemptOf(typed))));
  }
  if (HAS_TRY) program.command('try').summary('what else there is to do with the local accounts of npm start');
  // What a shell loads; it then asks a hidden command, `complete`.
  addCompletion(program, { completionCommandName: 'completion' });
  return program;
}

async function runTry(args: string[], screen: Screen): Promise<number> {
  const { runCommand: run } = (await import(TRY.href)) as {
    runCommand(args: string[], screen: Screen): Promise<number>;
  };
  return run(args, screen);
}

function attempts(command: string, screen: Screen): (typed: Typed) => Attempt {
  return ({ words, options }) => {
    const isJson = options['json'] === true;
    return {
      command,
      words,
      options,
      tell: (value, text) => screen.out(`${isJson ? JSON.stringify(value) : text}\n`),
      warn: (text) => screen.err(`${text}\n`),
    };
  };
}

async function actOn(verb: Verb, attempt: Attempt): Promise<Outcome> {
  const { options } = attempt as { options: Record<string, string | undefined> };
  const asked: Asked = { name: relayNameOf(options['relay']), region: options['region'], profile: options['profile'] };
  try {
    const connection = await connect(asked);
    Object.assign(asked, { region: connection.region, profile: connection.profile });
    return await verb.act({ ...attempt, relay: deployedRelay(asked.name, connection) });
  } catch (error) {
    throw told(error, asked);
  }
}

function exitCodeOf(outcome: Outcome): number {
  if (outcome === 'some skipped') return EXIT_SKIPPED;
  return outcome ? 0 : EXIT_FAILED;
}
