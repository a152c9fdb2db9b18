/**
 * docs/by-hand.md beside `npm start -- --empty`: every line does what the page says it does, set up in either way. Where the AWS CLI isn't
 * installed, the SDK stands in for it, except for templates, which it can't deploy; the other tests here do that in process.
 */
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLI_MISSING, cliInstalled, REPOSITORY } from '../../support/aws-cli.ts';
import { type Checkout, makeCheckout } from '../../support/checkout.ts';
import { type Started, startProgram } from '../../support/started.ts';
import { IS_SWEEP } from '../../support/sweep.ts';
import { type Command, type Terminal, type as typeInto } from '../../support/terminal.ts';
import { BEFORE, WAYS } from './page.ts';

/** Each call of the CLI keeps a core busy for a second. */
const PATIENCE_MS = 180_000;

const BY_SDK = join(REPOSITORY, 'test/support/aws-by-sdk/main.ts');

type Client = 'the AWS CLI' | 'the SDK';

interface Try {
  setting: 'typed' | 'templates';
  setUpBy: Client;
  usedBy: Client;
}

const TRIED: [Try, isTried: boolean][] = [
  [{ setting: 'typed', setUpBy: 'the AWS CLI', usedBy: 'the AWS CLI' }, cliInstalled],
  // In the suite, the other tests here deploy the templates.
  [{ setting: 'templates', setUpBy: 'the AWS CLI', usedBy: 'the SDK' }, cliInstalled && IS_SWEEP],
  [{ setting: 'typed', setUpBy: 'the SDK', usedBy: 'the SDK' }, !cliInstalled || IS_SWEEP],
];

describe.each(TRIED)('%j', ({ setting, setUpBy, usedBy }, isTried) => {
  let checkout: Checkout;
  let home: string;
  let program: Started;

  beforeAll(async () => {
    if (!isTried) return;
    checkout = await makeCheckout();
    home = await mkdtemp(join(tmpdir(), 'upload-relay-home-'));
    const script = `#!/bin/sh\nNODE_EXTRA_CA_CERTS="$AWS_CA_BUNDLE" exec '${process.execPath}' '${BY_SDK}' "$@"\n`;
    await writeFile(join(home, 'aws'), script, { mode: 0o755 });
    program = startProgram(['--empty', '--port', '0'], checkout.folder);
    await program.printed("The profiles are of the accounts' administrators");
  });

  afterAll(async () => {
    if (!isTried) return;
    program.child.kill('SIGINT');
    await program.exitCode;
    await checkout.remove();
    await rm(home, { recursive: true });
  });

  test('there are five ways', () => {
    expect(WAYS).toHaveLength(5);
    for (const way of WAYS) expect([way[setting], way.used].map(({ length }) => length)).not.toContain(0);
  });

  test.skipIf(!isTried).each(WAYS)(
    `$title${setUpBy === 'the AWS CLI' ? CLI_MISSING : ''}`,
    { timeout: PATIENCE_MS },
    async (way) => {
      const type = (commands: Command[], by: Client, goesOn = true) => {
        const path = [...(by === 'the SDK' ? [home] : []), process.env['PATH']].join(':');
        // It goes on with the variables of the terminal, of which the path is one.
        const before = goesOn ? [{ line: `PATH='${path}'` }] : [];
        const terminal: Terminal = { environment: { HOME: home, PATH: path }, cwd: checkout.folder };
        return typeInto([...before, ...commands], terminal, goesOn);
      };
      await type(BEFORE, setUpBy, false);
      await type(way[setting], setUpBy);
      for (const { settings, commands } of way.used) {
        await appendFile(join(checkout.folder, '.local/aws-config'), `\n${settings}\n`);
        await type(commands, usedBy);
      }
    },
  );
});
