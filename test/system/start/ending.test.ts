/** `npm start` in a real terminal: how it ends, at whichever moment, and what it leaves. test/unit/cli/terminal/ending.test.ts has every signal. */
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../support/aws-cli.ts';
import { CTRL_C, isListening, leftIn, openTerminal, type Screen, workingIn } from '../../support/pseudo-terminal.ts';
import { committedContext, pullingRoute } from '../../support/stacks.ts';
import { startProgram } from '../../support/started.ts';
import { IS_SWEEP } from '../../support/sweep.ts';

const PROGRAM = join(REPOSITORY, 'local/main.ts');
const UP = "Administrators: a (111111111111, the relay's)";
const EMPTY_UP = "The profiles are of the accounts' administrators";
const GIB = 1024 ** 3;

let folder: string;
let temporary: string;
let ports: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-ending-'));
  temporary = join(folder, 'tmp');
  ports = [];
  await mkdir(temporary);
  await writeFile(join(folder, 'small.txt'), 'small');
});

/** Nothing is left, whatever came before. */
afterEach(async () => {
  await expect.poll(() => workingIn(folder), { timeout: 5_000 }).toEqual([]);
  expect(await leftIn(temporary)).toEqual([]);
  expect(await readdir(folder)).not.toContain('.local');
  for (const port of ports) expect(await isListening(port)).toBe(false);
  await rm(folder, { recursive: true });
});

const start = (...args: string[]): Screen =>
  openTerminal([process.execPath, PROGRAM, ...args], { cwd: folder, env: { TMPDIR: temporary } });

async function up(screen: Screen, words: string): Promise<number> {
  await screen.printed(words);
  const port = Number(/https:\/\/127\.0\.0\.1:(\d+) until Ctrl-C/.exec(screen.output())![1]);
  expect(await isListening(port)).toBe(true);
  ports.push(port);
  return port;
}

async function endsWith(screen: Screen, exitCode: number, what: string | RegExp): Promise<void> {
  const ended = await screen.ended;
  process.stdout.write(`${String(what)}: ended after ${ended.tookMs} ms\n`);
  expect(ended.exitCode, screen.output()).toBe(exitCode);
  expect(screen.output()).toMatch(
    typeof what === 'string' ? `Ending ${what}.` : new RegExp(`Ending (${what.source})\\.`),
  );
  expect(screen.output()).not.toMatch(/Error|at .*\.ts:/);
}

/** Of zeros, which take no room and a long time. */
async function largeFile(): Promise<string> {
  const path = join(folder, 'large.bin');
  const file = await open(path, 'w');
  await file.truncate(8 * GIB);
  await file.close();
  return path;
}

test('Ctrl-C during the synthesis, by way of npm', async () => {
  const screen = openTerminal(['npm', 'start', '--', '--port', '0'], { cwd: REPOSITORY, env: { TMPDIR: temporary } });
  await screen.printed('Synthesizing');
  screen.type(CTRL_C);
  await endsWith(screen, 130, 'the synthesis');
});

test('Ctrl-C while a file is uploaded', async () => {
  const screen = start('--once', await largeFile());
  await screen.printed('/8 GiB');
  screen.type(CTRL_C);
  await endsWith(screen, 130, 'the deliveries');
});

/** A phase may be over before the key arrives: then it is the next one that ends. */
const PHASES: [words: string, what: RegExp][] = [
  ['Bringing up', /the start of the accounts|the bootstrap/],
  ['Bootstrapping', /the bootstrap|the deliveries/],
  [UP, /both accounts/],
];

describe.runIf(IS_SWEEP)('every phase', () => {
  test.each(PHASES)('Ctrl-C after "%s"', async (words, what) => {
    const screen = start('--port', '0', 'small.txt');
    await screen.printed(words);
    screen.type(CTRL_C);
    await endsWith(screen, 130, what);
  });
});

describe('where every route pulls', () => {
  test('the customer’s file is fetched, what to type next works, and Ctrl-C ends it', async () => {
    const { bucket: _, ...source } = committedContext().source;
    const { existingBucket: __, ...destination } = pullingRoute().destination;
    const relay = { ...committedContext(), source, routes: [pullingRoute({ destination })] };
    await writeFile(join(folder, 'other.json'), JSON.stringify({ context: { relay } }));
    const screen = start('--port', '0', '--config', 'other.json', 'small.txt');
    await up(screen, UP);
    expect(screen.output()).toMatch(/small\.txt +5 B +\d+ +333333333333 +222222222222 +CRC/);
    expect(screen.output()).toContain('aws --profile c s3 cp README.md s3://customer-333333333333/hello.md');
    // Other terminals know which configuration it has.
    const looking = startProgram(['look'], folder, {}, 'try/main.ts');
    expect(await looking.exitCode, looking.output()).toBe(0);
    expect(looking.output()).toContain('customer/small.txt');
    screen.type(CTRL_C);
    await endsWith(screen, 130, 'both accounts');
    expect(screen.output()).toMatch(/The accounts are gone\.\r\n$/);
  });
});

describe('empty accounts', () => {
  const fire = (...args: string[]) => startProgram(['nightly', ...args], folder, {}, 'fire.ts');

  test('a terminal that closes takes them with it', async () => {
    const screen = start('--empty', '--port', '0');
    const port = await up(screen, EMPTY_UP);
    screen.close();
    await expect.poll(() => isListening(port), { timeout: 5_000 }).toBe(false);
  });

  test('what a killed one has left goes with the next start', async () => {
    const killed = start('--empty', '--port', '0');
    await up(killed, EMPTY_UP);
    killed.send('SIGKILL');
    await killed.ended;
    expect(await leftIn(temporary)).toHaveLength(1);
    expect(await readdir(join(folder, '.local'))).toContain('aws.sh');
    const late = fire();
    expect(await late.exitCode).toBe(2);
    expect(late.output()).toContain('Nothing runs in this folder.');
    // It fails after it has swept.
    await endsWithSentence(start('--once', 'nowhere'), 'Cannot read nowhere: there is no such file or folder.');
    expect(await leftIn(temporary)).toEqual([]);
    expect(await readdir(folder)).not.toContain('.local');
  });

  test('a second one keeps its files apart, and commands reach the one that is meant', async () => {
    const first = start('--empty', '--port', '0');
    const firstPort = await up(first, EMPTY_UP);
    const second = start('--empty', '--port', '0');
    const port = await up(second, EMPTY_UP);
    expect(second.output().replaceAll('\r\n', ' ')).toContain(
      `Another npm start is up in this folder. The files of this one are in .local/${port}; npm run try, fire and local take --port ${port}.`,
    );
    expect(second.output()).toContain(`source .local/${port}/aws.sh`);
    for (const [path, own] of [
      ['aws-config', firstPort],
      [`${port}/aws-config`, port],
    ] as const) {
      expect(await readFile(join(folder, '.local', path), 'utf8')).toContain(`https://127.0.0.1:${own}\n`);
    }
    for (const args of [[], ['--port', String(port)], ['--port', String(firstPort)]]) {
      const fired = fire(...args);
      expect(await fired.exitCode).toBe(2);
      expect(fired.output()).toContain('There is no schedule "nightly"; there are: none.');
    }
    const nobody = fire('--port', '1');
    expect(await nobody.exitCode).toBe(2);
    expect(nobody.output()).toBe(
      `No npm start of this folder is up at port 1: there is one at ${firstPort} and ${port}.\n`,
    );
    first.type(CTRL_C);
    await endsWith(first, 130, 'the accounts');
    // The only one that is left is meant.
    expect(await fire().exitCode).toBe(2);
    second.send('SIGTERM');
    await endsWith(second, 143, 'the accounts');
  });

  test('where .local can’t be made its files are elsewhere, and a terminal that has sourced aws.sh finds them', async () => {
    await writeFile(join(folder, '.local'), 'no folder');
    const screen = start('--empty', '--port', '0');
    await up(screen, EMPTY_UP);
    expect(screen.output()).toContain(".local can't be written here");
    const [, shellFile] = /source (\S+)/.exec(screen.output())!;
    const [, place] = /UPLOAD_RELAY_LOCAL=(\S+)/.exec(await readFile(shellFile!, 'utf8'))!;
    const fired = startProgram(['nightly'], folder, { UPLOAD_RELAY_LOCAL: place }, 'fire.ts');
    expect(await fired.exitCode).toBe(2);
    expect(fired.output()).toContain('There is no schedule "nightly"; there are: none.');
    screen.type(CTRL_C);
    await endsWith(screen, 130, 'the accounts');
    await rm(join(folder, '.local'));
  });
});

async function endsWithSentence(screen: Screen, sentence: string): Promise<void> {
  expect((await screen.ended).exitCode).toBe(2);
  expect(screen.output()).toBe(`${sentence}\r\n`);
}
