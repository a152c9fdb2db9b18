import { parseArgs } from 'node:util';
import { UserError } from '../../../local/start/user-error.ts';
import { bindNegativeNumbers } from '../../support/negative-numbers.ts';

export const HELP = `npm run explore -- [options]

Runs the relay's real code through schedules of events, requests, deaths, late writes and deletes that are drawn from a seed, and checks
what must hold in the end. A counter-example is printed with its story.

  --schedules N  so many in all, 1 at least, spread over the families of scenarios (default 20000; two million take hours)
  --seed N       what they are drawn from (default: drawn, and printed)
  --sabotages    besides, takes each rule away, one at a time: each must give a counter-example
  -h, --help     this

Exit code: 0 nothing found, 1 a counter-example, or a sabotage that nobody noticed, 2 wrong usage.
`;

export interface Options {
  schedules: number;
  seed: number;
  sabotages: boolean;
  help: boolean;
}

/** @throws UserError naming the option and the value */
export function parseOptions(args: readonly string[]): Options {
  const { schedules = '20000', seed = String(Math.floor(Math.random() * 2 ** 31)), sabotages, help } = parse(args);
  return {
    schedules: whole('--schedules', schedules, 1, 1e9),
    seed: whole('--seed', seed, 0, 2 ** 31),
    sabotages: sabotages ?? false,
    help: help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: bindNegativeNumbers(args),
      options: {
        schedules: { type: 'string' },
        seed: { type: 'string' },
        sabotages: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message.split('.')[0]}; npm run explore -- --help tells the options.`);
  }
}

function whole(option: string, text: string, least: number, most: number): number {
  if (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new UserError(`${option} ${text}: must be a whole number from ${least} to ${most}.`);
}
