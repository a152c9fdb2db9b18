/** The options of `npm run deploys`. */
import { parseOptionsOf, wholeNumber } from '../../local/cli.ts';
import { EXAMPLES, type Example, examplesNamed } from './examples.ts';

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

const MOST_SEED = 2 ** 31;

export interface Options {
  orders: number;
  seed: number;
  examples: readonly Example[];
  json: boolean;
}

/** @throws UserError naming the option and the value */
export function parseOptions(args: string[]): Options {
  const { values } = parseOptionsOf('npm run deploys', {
    args,
    options: {
      orders: { type: 'string', default: '20' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * MOST_SEED)) },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  });
  const { only, json } = values;
  return {
    orders: wholeNumber('--orders', values.orders, { least: 0, most: 1_000 }),
    seed: wholeNumber('--seed', values.seed, { least: 0, most: MOST_SEED }),
    examples: examplesNamed(only),
    json,
  };
}
