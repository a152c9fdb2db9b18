/** docs/by-hand.md beside `npm start -- --empty`: every line does what the page says it does, set up in either way. */
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLI_MISSING, cliInstalled } from '../../support/aws-cli.ts';
import { type Checkout, makeCheckout } from '../../support/checkout.ts';
import { type Started, startProgram } from '../../support/started.ts';
import { type Command, type Terminal, type as typeInto } from '../../support/terminal.ts';
import { BEFORE, WAYS } from './page.ts';

/** Each call of the CLI keeps a core busy for a second. */
const PATIENCE_MS = 180_000;

describe.skipIf(!cliInstalled).each(['typed', 'templates'] as const)(`set up %s${CLI_MISSING}`, (setting) => {
  let checkout: Checkout;
  let home: string;
  let program: Started;

  beforeAll(async () => {
    checkout = await makeCheckout();
    home = await mkdtemp(join(tmpdir(), 'upload-relay-home-'));
    program = startProgram(['--empty', '--port', '0'], checkout.folder);
    await program.printed("The profiles are of the accounts' administrators");
  });

  afterAll(async () => {
    program.child.kill('SIGINT');
    await program.exitCode;
    await checkout.remove();
    await rm(home, { recursive: true });
  });

  test('there are five ways', () => {
    expect(WAYS).toHaveLength(5);
    for (const way of WAYS) expect([way[setting], way.used].map(({ length }) => length)).not.toContain(0);
  });

  test.each(WAYS)('$title', { timeout: PATIENCE_MS }, async (way) => {
    const terminal: Terminal = { environment: { HOME: home, PATH: process.env['PATH'] }, cwd: checkout.folder };
    const type = (commands: Command[], goesOn = true) => typeInto(commands, terminal, goesOn);
    await type(BEFORE, false);
    await type(way[setting]);
    for (const { settings, commands } of way.used) {
      await appendFile(join(checkout.folder, '.local/aws-config'), `\n${settings}\n`);
      await type(commands);
    }
  });
});
