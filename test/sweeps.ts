/** `npm run sweeps`: the tests of which `npm test` runs a share, all the way. */
import { globSync, readFileSync } from 'node:fs';
import { UserError } from '../cli/terminal/user-error.ts';
import { runHere } from '../local/child.ts';
import { EXIT_FAILED, parseOptionsOf, runCli, wholeNumber } from '../local/cli.ts';

/** Each file says by one of these words that it takes a share. */
const TAKES_A_SHARE = /\bIS_SWEEP\b|'TEST_SWEEP'/;
const TESTS = ['test/**/*.test.ts', 'emulator/test/**/*.test.ts'];

/** What the relay does, whichever of AWS's parts are late; its check looks at a change at once, and is left out. */
const LATE_FILES = [
  'test/system/relay',
  'test/system/replay',
  'test/system/pull',
  'test/system/fidelity',
  '--exclude',
  'test/system/relay/check.test.ts',
];
/** A new key is used at once, and the very order of events is looked at. */
const NEVER_LATE = [
  'not even the root user of account A',
  'ten objects that can’t all be finished in one invocation’s time',
];

const HELP = `Runs the tests of which "npm test" takes a share, all the way: each configuration's permissions, 6 GiB, 10,000 objects in a row,
10 GiB within 256 MB of memory, 8 GiB and a folder of 2,000 files by npm start, Ctrl-C in each of its phases, an audit of a million keys,
a million questions to the local IAM, the ways by hand by the SDK, kills of a local AWS that is kept, thousands of drawn configurations,
chaos without versions, and whether chaos finds a relay that waits too little.

  npm run sweeps                             half an hour
  npm run sweeps -- test/system/large        only those in this folder
  npm run sweeps -- --late 7                 instead, the relay's own tests in an AWS that is eventually consistent, drawn from this seed;
                                             five minutes

Exit code: 0 all pass; 1 one fails; 2 wrong usage.
`;

async function main(args: string[]): Promise<number> {
  const options = { late: { type: 'string' } } as const;
  const { positionals, values } = parseOptionsOf('npm run sweeps', { args, options, allowPositionals: true });
  const isWanted = (file: string) => positionals.length === 0 || positionals.some((each) => file.includes(each));
  if (values.late === undefined) {
    const files = sharing().filter(isWanted);
    if (files.length === 0)
      throw new UserError(`${positionals.join(' ')}: no test there takes a share that a sweep has more of.`);
    return runTests(files, { TEST_SWEEP: 'full' });
  }
  const seed = wholeNumber('--late', values.late, { least: 0 });
  const pattern = `^(?!.*(${NEVER_LATE.join('|')}))`;
  return runTests([...LATE_FILES, '--testNamePattern', pattern], { TEST_LATENESS: String(seed) });
}

function sharing(): string[] {
  const folder = new URL('..', import.meta.url);
  return globSync(TESTS, { cwd: folder }).filter((file) =>
    TAKES_A_SHARE.test(readFileSync(new URL(file, folder), 'utf8')),
  );
}

async function runTests(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  // The command is the checkout's own: npm puts node_modules/.bin first in PATH.
  const code = await runHere('vitest', ['run', ...args], {
    shell: process.platform === 'win32',
    env: { ...process.env, ...environment },
  });
  return code === 0 ? 0 : EXIT_FAILED;
}

runCli(main, { help: HELP, hasOwnFolder: true });
