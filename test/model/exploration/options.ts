/** The options of `npm run explore`. */
import { parseOptionsOf, wholeNumber } from '../../../local/cli.ts';

export const HELP = `npm run explore -- [options]

Runs the relay's real code through schedules of events, requests, deaths, late writes and deletes that are drawn from a seed, and checks
what must hold in the end. A counter-example is printed with its story.

  --schedules N  so many in all, 1 at least, spread over the families of scenarios (default 20000; two million take hours)
  --seed N       what they are drawn from (default: drawn, and printed)
  --sabotages    besides, takes each rule away, one at a time: each must give a counter-example
  -h, --help     this

Exit code: 0 nothing found, 1 a counter-example, or a sabotage that nobody noticed, 2 wrong usage.
`;

const MOST_SEED = 2 ** 31;

export interface Options {
  schedules: number;
  seed: number;
  sabotages: boolean;
}

/** @throws UserError naming the option and the value */
export function parseOptions(args: string[]): Options {
  const { values } = parseOptionsOf('npm run explore', {
    args,
    options: {
      schedules: { type: 'string', default: '20000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * MOST_SEED)) },
      sabotages: { type: 'boolean', default: false },
    },
  });
  return {
    schedules: wholeNumber('--schedules', values.schedules, { least: 1, most: 1e9 }),
    seed: wholeNumber('--seed', values.seed, { least: 0, most: MOST_SEED }),
    sabotages: values.sabotages,
  };
}
