/** `npm run try`: what a person would do with the two accounts of `npm start`, without the AWS CLI. */
import { LIVE_ALIAS, relayNames } from '../../infra/names.ts';
import { runCli } from '../cli.ts';
import { takePort } from '../start/at-port.ts';
import { printable } from '../start/text.ts';
import { UserError } from '../start/user-error.ts';
import { drop } from './drop.ts';
import { restore, revoke } from './grant.ts';
import { intrude } from './intrude.ts';
import { invoke } from './invoke.ts';
import { receiptOf } from './ledger.ts';
import { look } from './look.ts';
import { deadLetters, queueDrained } from './queues.ts';
import { openWorld, type World } from './world.ts';

const HELP = `Does something with the two accounts that npm start keeps up in another terminal.

  npm run try -- drop PATH…         puts files into account A's bucket, and tells what becomes of them
  npm run try -- look               lists the destination, as account B
  npm run try -- intrude            tries to read, list and delete in account B, with everything that account A has
  npm run try -- receipt KEY        what was read, written and proved
  npm run try -- revoke             account B takes the grant away
  npm run try -- restore            and gives it back
  npm run try -- check              whether the relay may do what it must, and who must change what
  npm run try -- dead-letters       what could not be relayed, and why
  npm run try -- redrive            sends it back to the relay, and waits until that has dealt with it
  npm run try -- replay --dry-run   what has no receipt
  npm run try -- replay             sends that to the relay

  --port N   of which npm start, where several are up in this folder

It fails only if it can't be done, or if intrude is let in anywhere but where the writer may put objects.
`;

/** Each function does one thing and prints the result. */
const VERBS: Record<string, (world: World, args: string[]) => Promise<void>> = {
  drop,
  look,
  intrude,
  receipt,
  revoke,
  restore,
  check,
  'dead-letters': deadLetters,
  redrive,
  replay,
};

/** After the verb: none unless it stands here. */
const MOST_WORDS: Record<string, number> = { drop: Number.POSITIVE_INFINITY, receipt: 1, replay: 1 };

/** What AWS answers as long as a stack isn't deployed. */
const MISSING = ['NoSuchBucket', 'ResourceNotFoundException', 'QueueDoesNotExist', 'NoSuchEntityException'];

async function main(given: string[]): Promise<void> {
  const { port, rest } = takePort(given);
  const [verb, ...args] = rest;
  if (verb === undefined) {
    process.stdout.write(HELP);
    return;
  }
  const act = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (!act) throw new UserError(`There is no "${verb}" to try. What there is: npm run try`);
  const surplus = args[MOST_WORDS[verb] ?? 0];
  if (surplus !== undefined) throw new UserError(`${verb} has no use for "${surplus}". What there is: npm run try`);
  try {
    await act(await openWorld(port), args);
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED') throw new UserError('Nothing answers: npm start must be up in another terminal.');
    if (!MISSING.includes(name)) throw error;
    throw new UserError(
      `${message.replace(/\.$/, '')}. In empty accounts, deploy both stacks first: README.md says how.`,
    );
  }
}

async function receipt(world: World, [key]: string[]): Promise<void> {
  if (key === undefined) throw new UserError('Of which key? For example: npm run try -- receipt README.md');
  for (const { name } of world.routes) {
    const item = await receiptOf(world, name, key);
    print(item ? JSON.stringify(item, undefined, 2) : `There is no receipt of ${printable(key)} on route ${name}.`);
  }
}

async function check(world: World): Promise<void> {
  const { table } = await invoke<{ table: string }>(world, relayNames(world.config).checkFunction, {});
  print(table);
}

async function replayWith(world: World, event: object): Promise<void> {
  if (!world.config.relay.replay)
    throw new UserError('There is no replay: field "relay.relay.replay" of cdk.json is false.');
  print(
    JSON.stringify(
      await invoke(world, `${relayNames(world.config).replayFunction}:${LIVE_ALIAS}`, event),
      undefined,
      2,
    ),
  );
}

async function replay(world: World, options: string[]): Promise<void> {
  const unknown = options.find((option) => option !== '--dry-run');
  if (unknown !== undefined) throw new UserError(`replay knows only --dry-run, not ${unknown}.`);
  await replayWith(world, { dryRun: options.length > 0 });
}

async function redrive(world: World): Promise<void> {
  await replayWith(world, { from: 'dead-letter-queue' });
  await queueDrained(world);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

runCli(main, { help: HELP });
