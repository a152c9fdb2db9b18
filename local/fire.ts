/** `npm run fire -- NAME`: fires a schedule of a running npm start. */
import { runCli } from './cli.ts';
import { takePort } from './start/at-port.ts';
import { askToFire } from './start/control.ts';
import { findPlace } from './start/place.ts';
import { UserError } from './start/user-error.ts';

const HELP = `Fires a schedule of a running npm start now, and shows what came of it.

  npm run fire -- NAME   e.g. nightly: a replay of cdk.json (relay.replays), or the rule upload-relay-canary

  --port N   of which npm start, where several are up in this folder

In another terminal than npm start's, in the same folder. The schedule's own role is
assumed and its policy holds, as at its time. On AWS, invoke replay by hand instead: docs/replay.md.
`;

async function main(args: string[]): Promise<void> {
  const { port, rest } = takePort(args);
  const [name, ...others] = rest;
  if (name === undefined || name.startsWith('-') || others.length > 0) {
    throw new UserError('Say which schedule, e.g. npm run fire -- nightly. Try: npm run fire -- --help');
  }
  const { answer } = await askToFire(name, findPlace(port));
  const outcome = answer === undefined ? '' : `, and was answered:\n${JSON.stringify(answer, null, 2)}`;
  process.stdout.write(`${name} has fired${outcome}\n`);
}

runCli(main, { help: HELP });
