/** `npm run fire -- NAME`: fires a schedule of a running npm start. */

import { UserError } from '../cli/terminal/user-error.ts';
import { EXIT_FAILED, parseOptionsOf, runCli } from './cli.ts';
import { takePort } from './start/at-port.ts';
import { askToFire } from './start/control.ts';
import { findPlace } from './start/place.ts';

const HELP = `Fires a schedule of a running npm start now, and shows what came of it.

  npm run fire -- NAME   e.g. nightly: a replay of cdk.json (relay.replays), or the rule upload-relay-canary

  --json     prints one object: {"schedule","answer","hasFailed"}
  --port N   of which npm start, where several are up in this folder

In another terminal than npm start's, in the same folder. The schedule's own role is
assumed and its policy holds, as at its time. On AWS, invoke replay by hand instead: docs/replay.md.

Ends with 0, with 1 if the function failed, and with 2 for a mistake or if nothing is up.
`;

async function main(args: string[]): Promise<number> {
  const { port, rest } = takePort(args);
  const { values, positionals } = parseOptionsOf('npm run fire', {
    args: rest,
    allowPositionals: true,
    options: { json: { type: 'boolean' } },
  });
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) {
    throw new UserError('Say one schedule, e.g. npm run fire -- nightly. Try: npm run fire -- --help');
  }
  const fired = await askToFire(name, findPlace(port));
  const { answer, hasFailed } = fired;
  const outcome = answer === undefined ? '' : `, and was answered:\n${JSON.stringify(answer, null, 2)}`;
  process.stdout.write(values.json ? `${JSON.stringify(fired)}\n` : `${name} has fired${outcome}\n`);
  return hasFailed ? EXIT_FAILED : 0;
}

runCli(main, { help: HELP });
