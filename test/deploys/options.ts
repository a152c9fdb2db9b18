import { parseArgs } from 'node:util';
import { UserError } from '../../local/start/user-error.ts';
import { EXAMPLES } from './examples.ts';

export const HELP = `npm run deploys -- [options]

Deploys every example configuration into local accounts, in many orders, again without a change, and takes it down.

  --orders N     orders drawn for each, besides the two most unfortunate ones (default 20)
  --seed N       what they are drawn from (default: drawn, and printed)
  --only NAME    this example only; may be repeated
  --json         one line of JSON for each example
  -h, --help     this

Examples: ${EXAMPLES.map(({ name }) => name).join(', ')}

Exit code: 0 all deployed, 1 one did not, 2 wrong usage.
`;

export interface Options {
  orders: number;
  seed: number;
  only: string[];
  json: boolean;
  help: boolean;
}

/** @throws UserError naming the option and the value */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  const { orders = '20', seed = String(Math.floor(Math.random() * 2 ** 31)), only = [], json, help } = values;
  for (const name of only) {
    if (!EXAMPLES.some((each) => each.name === name)) {
      throw new UserError(`--only ${name}: there is no such example; npm run deploys -- --help lists them.`);
    }
  }
  return {
    orders: whole('--orders', orders, 1_000),
    seed: whole('--seed', seed, 2 ** 31),
    only,
    json: json ?? false,
    help: help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        orders: { type: 'string' },
        seed: { type: 'string' },
        only: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message.split('.')[0]}; npm run deploys -- --help tells the options.`);
  }
}

function whole(option: string, text: string, most: number): number {
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw new UserError(`${option} ${text}: must be a whole number up to ${most}.`);
}
