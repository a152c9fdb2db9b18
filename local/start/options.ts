/** The options of `npm start`. */

import { UserError } from '../../cli/terminal/user-error.ts';
import { parseOptionsOf, wholeNumber } from '../cli.ts';

export interface StartOptions {
  /** Files and folders to drop; none means the demonstration set. */
  paths: string[];
  /** End after the deliveries instead of staying up. */
  once: boolean;
  /** Show every delivery at the end. */
  all: boolean;
  /** Standard output is for programs. */
  json: boolean;
  /** Deploy nothing and drop nothing. */
  empty: boolean;
  /** 0 takes any free port. */
  port: number;
  /** In place of cdk.json. */
  config?: string;
  /** Whether the accounts stay from one start to the next, and whether what was kept is removed first. */
  persist: boolean;
  fresh: boolean;
}

/** Stays the same from run to run, so that commands typed once can be repeated. */
const DEFAULT_PORT = 4567;

export const HELP = `Brings up two AWS accounts on this machine, drops files into account A's bucket and waits until account B owns them.

  npm start                     the demonstration files, then stays up
  npm start -- PATH…            your files and folders
  npm start -- --once [PATH…]   ends instead, with an exit code that tells how it went
  npm start -- --empty          two accounts in which nothing is deployed, for you to deploy as to AWS

  --all          shows every file at the end, and not only the first, the last and those that failed
  --json         writes what happens to standard output, as a line of JSON each, and words for people to standard error
  --port N       listen on this port of 127.0.0.1 (default ${DEFAULT_PORT}, with --once any free one; 0 is any free one)
  --config FILE  a file like cdk.json, of which the context "relay" is used
  --persist      keeps the accounts in .local/accounts: everything in them is there at the next start with --persist
  --fresh        with --persist: removes what was kept, and begins anew
  --help         this text

Ctrl-C ends it, at any moment, and leaves nothing behind but what --persist keeps. A second start in one folder keeps its files apart, and says where.

Exit codes: 0 all was delivered and proved, 1 something failed, 2 there is something that you must change first, 3 all was delivered
but what was skipped; 130 Ctrl-C, 143 SIGTERM, 129 the terminal has closed. What can't be dropped is skipped: symbolic links, FIFOs,
sockets and devices in a folder, names that aren't UTF-8, and what may not be read.
`;

/** @throws UserError for an option that does not exist, a port that is none, or what can't be dropped into empty accounts */
export function parseOptions(args: string[]): StartOptions {
  const { values, positionals } = parseOptionsOf('npm start', {
    args,
    allowPositionals: true,
    options: {
      once: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      empty: { type: 'boolean', default: false },
      port: { type: 'string' },
      config: { type: 'string' },
      persist: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
    },
  });
  const { once, all, json, empty, port = String(once ? 0 : DEFAULT_PORT), config, persist, fresh } = values;
  if (empty && (once || positionals.length > 0)) {
    const what = once ? '--once' : positionals[0];
    throw new UserError(`--empty deploys nothing, so that ${what} has nothing to deliver: leave one of the two out.`);
  }
  if (fresh && !persist) throw new UserError('--fresh removes what --persist has kept: give both.');
  return {
    paths: positionals,
    persist,
    fresh,
    once,
    all,
    json,
    empty,
    port: wholeNumber('--port', port, { least: 0, most: 65_535 }),
    ...(config !== undefined && { config }),
  };
}
