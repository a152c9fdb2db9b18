/** `npm run sweeps`: the tests of which `npm test` runs a share, all the way. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { EXIT_FAILED, parseOptionsOf, runCli } from '../local/cli.ts';

const FILES = [
  'test/iam/iam.test.ts',
  'test/system/large/six-gib.test.ts',
  'test/system/relay/soak.test.ts',
  'test/system/memory/memory.test.ts',
  'test/model/audit/audit.test.ts',
  'test/model/authorization/authorization.test.ts',
];

const HELP = `Runs the tests of which "npm test" takes a share, all the way: each configuration's permissions, 6 GiB, 10,000 objects in a row,
10 GiB within 256 MB of memory, an audit of a million keys, and a million questions to the local IAM.

  npm run sweeps                             half an hour
  npm run sweeps -- test/system/large        only those in this folder

Exit code: 0 all pass; 1 one fails; 2 wrong usage.
`;

async function main(args: string[]): Promise<number> {
  const { positionals } = parseOptionsOf('npm run sweeps', { args, allowPositionals: true });
  const files =
    positionals.length === 0 ? FILES : FILES.filter((file) => positionals.some((each) => file.includes(each)));
  // The command is the checkout's own: npm puts node_modules/.bin first in PATH.
  const child = spawn('vitest', ['run', ...files], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, TEST_SWEEP: 'full' },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0 ? 0 : EXIT_FAILED;
}

runCli(main, { help: HELP });
