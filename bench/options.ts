/** The options of `npm run bench`. */

import { UserError } from '../cli/terminal/user-error.ts';
import { parseOptionsOf, wholeNumber } from '../local/cli.ts';

export const SECTIONS = ['large', 'small', 'proof', 'start', 'growth'] as const;
export type Section = (typeof SECTIONS)[number];

export interface BenchOptions {
  rounds: number;
  sections: Section[];
  /** Where the numbers are written as JSON. */
  json: string | undefined;
  /** Whether these sections of bench/RESULTS.md, and the plot with its own, are written anew. */
  write: boolean;
}

const DEFAULT_ROUNDS = '5';

export const HELP = `Measures the relay's own bundle against a bare https pipe, lib-storage, rclone and the AWS CLI, over HTTPS on this machine.

  npm run bench                        everything: some 25 minutes
  npm run bench -- --only large,small  these sections of ${SECTIONS.join(', ')}

  --rounds N    runs of each, interleaved; medians are told (default ${DEFAULT_ROUNDS})
  --json FILE   writes every number there
  --write       writes the measured sections of bench/RESULTS.md anew, and bench/growth.svg with its own
  --help        this text

rclone and the AWS CLI are left out where they are not installed. Nothing else should run meanwhile.
`;

/** @throws UserError for an option that does not exist or has no sensible value */
export function parseOptions(args: string[]): BenchOptions {
  const { values } = parseOptionsOf('npm run bench', {
    args,
    options: {
      rounds: { type: 'string', default: DEFAULT_ROUNDS },
      only: { type: 'string' },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const rounds = wholeNumber('--rounds', values.rounds, { least: 1 });
  const sections = values.only?.split(',') ?? [...SECTIONS];
  const unknown = sections.find((section) => !(SECTIONS as readonly string[]).includes(section));
  if (unknown !== undefined) {
    throw new UserError(`--only has "${unknown}": the sections are ${SECTIONS.join(', ')}.`);
  }
  return { rounds, sections: sections as Section[], json: values.json, write: values.write };
}
