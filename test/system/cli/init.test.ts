/** `upload-relay init`: at a real terminal, with options alone, and beside what a file holds already. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REPOSITORY } from '../../support/aws-cli.ts';
import { CTRL_C, openTerminal } from '../../support/pseudo-terminal.ts';

const MAIN = join(REPOSITORY, 'cli/main.ts');
const ACCOUNTS = ['--source-account', '111111111111', '--destination-account', '333333333333'];
const ENTER = '\r';
const DOWN = '\u001b[B';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-init-'));
});

afterEach(() => rm(folder, { recursive: true }));

const configuration = async (file = 'cdk.json') => JSON.parse(await readFile(join(folder, file), 'utf8'));

function init(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, 'init', ...args], { cwd: folder }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
    child.stdin!.end();
  });
}

test('asks what the options leave open, refuses in the words of the synth, and proposes the rest', async () => {
  const args = ['init', '--external-id', 'agreed-between-both', '--prefix', 'in/'];
  const screen = openTerminal([process.execPath, MAIN, ...args], { cwd: folder, columns: 200 });
  await screen.printed('Account A, where files are uploaded');
  screen.type(`12345${ENTER}`);
  await screen.printed('field "relay.source.account" is "12345": must be the 12 digits of an AWS account, in quotes.');
  screen.type(`${'\u007f'.repeat(5)}111111111111${ENTER}`);
  await screen.printed("The region of account A's bucket");
  screen.type(ENTER);
  await screen.printed('upload-relay-source-111111111111');
  screen.type(ENTER);
  await screen.printed('Does this bucket exist already?');
  screen.type(`${DOWN}${ENTER}`);
  await screen.printed('Account B, where files arrive');
  screen.type(`333333333333${ENTER}`);
  await screen.printed("The region of account B's bucket");
  screen.type(ENTER);
  await screen.printed('upload-relay-destination-333333333333');
  screen.type(ENTER);
  await screen.printed('exist already, too?');
  screen.type(ENTER);
  await screen.printed('Written: cdk.json.');
  expect(await screen.ended).toMatchObject({ exitCode: 0 });
  const { source, routes } = (await configuration()).context.relay;
  expect({ source, routes }).toMatchObject({
    source: { account: '111111111111', bucket: 'upload-relay-source-111111111111', existingBucket: true },
    routes: [
      {
        destination: { account: '333333333333', bucket: 'upload-relay-destination-333333333333', prefix: 'in/' },
        externalId: 'agreed-between-both',
      },
    ],
  });
});

test('Ctrl-C ends it with 130, and nothing is written', async () => {
  const screen = openTerminal([process.execPath, MAIN, 'init'], { cwd: folder });
  await screen.printed('Account A');
  screen.type(CTRL_C);
  expect(await screen.ended).toMatchObject({ exitCode: 130 });
  expect(screen.output()).not.toMatch(/Error|at .*\.ts:/);
  expect(await readdir(folder)).toEqual([]);
});

test('without a terminal, the option that is missing is named, and nothing is written', async () => {
  expect(await init()).toMatchObject({ code: 2, err: expect.stringContaining('--source-account is missing, and') });
  const { err } = await init('--source-account', '111111111111');
  expect(err).toBe(
    '--source-region is missing, and without a terminal nobody can be asked: say it, or --yes for "us-east-1".\n',
  );
  expect(await init('--yes', '--source-account', '111111111111')).toMatchObject({ code: 2 });
  expect(await readdir(folder)).toEqual([]);
});

test('what the synth refuses is refused in the same words', async () => {
  const same = ['--destination-bucket', 'one-bucket', '--source-bucket', 'one-bucket', '--prefix', ''];
  const { code, err } = await init('--yes', ...ACCOUNTS, ...same);
  expect(code).toBe(2);
  expect(err).toMatch(
    /^cdk\.json: 2 mistakes\n1\. field "relay\.routes\.0\.destination" is the bucket "one-bucket" with prefix ""/,
  );
  const { err: twice } = await init(
    '--yes',
    '--output',
    'x.json',
    '--source-account',
    '1',
    '--destination-account',
    '2',
  );
  expect(twice).toMatch(/^x\.json: 2 mistakes\n1\. field "relay\.source\.account" is "1": must be the 12 digits/);
  expect(await readdir(folder)).toEqual([]);
});

test('the rest of a cdk.json stays, and a relay in it unless it may be replaced', async () => {
  const before = { app: 'node app.js', context: { '@aws-cdk/core:x': true }, last: [1] };
  await writeFile(join(folder, 'real.json'), `\uFEFF${JSON.stringify(before, undefined, 4)}`);
  await symlink('real.json', join(folder, 'cdk.json'));
  expect(await init('--yes', ...ACCOUNTS, '--json')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\{"source":.*\}\n$/),
  });
  const text = await readFile(join(folder, 'real.json'), 'utf8');
  expect(text).toContain('\n    "context"');
  const { relay, ...context } = JSON.parse(text).context;
  expect({ ...JSON.parse(text), context }).toEqual(before);
  expect(relay.source.account).toBe('111111111111');
  const again = await init('--yes', ...ACCOUNTS, '--source-region', 'eu-west-1');
  expect(again).toEqual({
    code: 2,
    out: '',
    err: 'cdk.json has a context "relay" already: --force replaces it, and leaves the rest as it is.\n',
  });
  expect((await init('--yes', ...ACCOUNTS, '--source-region', 'eu-west-1', '--force')).code).toBe(0);
  expect((await configuration('real.json')).context.relay.source.region).toBe('eu-west-1');
  expect((await readdir(folder)).toSorted()).toEqual(['cdk.json', 'real.json']);
});

test('what is no JSON, or not to be written, is told', async () => {
  await writeFile(join(folder, 'cdk.json'), '{ "app": ');
  expect(await init('--yes', ...ACCOUNTS)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^cdk\.json: it can't be read as JSON/),
  });
  expect(await init('--yes', ...ACCOUNTS, '--force')).toMatchObject({ code: 2 });
  expect(await readFile(join(folder, 'cdk.json'), 'utf8')).toBe('{ "app": ');
  const { code, err } = await init('--yes', ...ACCOUNTS, '--output', 'no/cdk.json');
  expect({ code, err }).toEqual({ code: 2, err: "no/cdk.json can't be written: there is no folder no.\n" });
});

test('a snippet goes to standard output, or into a file that is not there yet', async () => {
  const { code, out } = await init('--yes', ...ACCOUNTS, '--construct');
  expect(code).toBe(0);
  expect(out).toContain("new UploadRelay(this, 'Relay', {");
  expect(await readdir(folder)).toEqual([]);
  expect(await init('--yes', ...ACCOUNTS, '--construct', '--output', 'a.ts')).toMatchObject({ code: 0, out: '' });
  expect(await init('--yes', ...ACCOUNTS, '--construct', '--output', 'a.ts')).toMatchObject({
    code: 2,
    err: 'a.ts is there already: --force replaces it.\n',
  });
});
