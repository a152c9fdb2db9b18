/** How every program of this repository ends when it is told to, in a real terminal. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REPOSITORY } from '../../../support/aws-cli.ts';
import { CTRL_C, leftIn, openTerminal, type Screen, workingIn } from '../../../support/pseudo-terminal.ts';

const PROGRAM = join(REPOSITORY, 'test/support/ending-program.ts');
const MUST_NOT_STAND = /Error|at .*\.ts:/;

let folder: string;
let temporary: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ending-'));
  temporary = join(folder, 'tmp');
  await mkdir(temporary);
});

afterEach(async () => {
  await expect.poll(() => workingIn(folder)).toEqual([]);
  expect(await leftIn(temporary)).toEqual([]);
  await rm(folder, { recursive: true });
});

const environment = () => ({ TMPDIR: temporary, EXIT_FILE: join(folder, 'exit'), npm_lifecycle_event: 'start' });

async function begin(how: string): Promise<Screen> {
  const screen = openTerminal([process.execPath, PROGRAM, how], { cwd: folder, env: environment() });
  await screen.printed('ready');
  expect(await leftIn(temporary)).toHaveLength(1);
  return screen;
}

async function endedWith(screen: Screen, how: string): Promise<number> {
  const { exitCode, tookMs } = await screen.ended;
  process.stdout.write(`${how}: ended after ${tookMs} ms\n`);
  expect(screen.output()).not.toMatch(MUST_NOT_STAND);
  return exitCode;
}

test('Ctrl-C is answered by a sentence, what is open is closed, and nothing else is said', async () => {
  const screen = await begin('orderly');
  screen.type(CTRL_C);
  expect(await endedWith(screen, 'once')).toBe(130);
  expect(screen.output()).toMatch(/Ending the test\. Ctrl-C again ends at once\.\r\nIt is closed\.\r\n$/);
});

test.each(['never-closes', 'fails-meanwhile', 'deaf-child'])('Ctrl-C ends one that %s', async (how) => {
  const screen = await begin(how);
  screen.type(CTRL_C);
  expect(await endedWith(screen, how)).toBe(130);
  expect(screen.output().includes('it waits')).toBe(how === 'never-closes');
});

test('Ctrl-C once more ends at once', async () => {
  const screen = await begin('never-closes');
  screen.type(CTRL_C);
  await screen.printed('Ending the test.');
  const again = setInterval(() => screen.type(CTRL_C), 10);
  expect(await endedWith(screen, 'twice')).toBe(130);
  expect(screen.output()).not.toContain('it waits');
  clearInterval(again);
});

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGQUIT', 131],
] as const)('%s ends it with %d', async (signal, code) => {
  const screen = await begin('orderly');
  screen.send(signal);
  expect(await endedWith(screen, signal)).toBe(code);
});

test('a terminal that closes ends it with 129', async () => {
  const screen = await begin('orderly');
  screen.close();
  await expect.poll(() => readFile(join(folder, 'exit'), 'utf8').catch(() => undefined)).toBe('129');
});

const piped = (how: string) =>
  spawnSync('bash', ['-c', 'set -o pipefail; "$0" "$@" | head -1', process.execPath, PROGRAM, how], {
    cwd: folder,
    env: { ...process.env, ...environment() },
    encoding: 'utf8',
  });

test('a reader that has seen enough ends what keeps something up', () => {
  expect(piped('orderly')).toMatchObject({ status: 129, stdout: 'ready\n' });
});

test('a reader that has seen enough is no failure of what only shows something', () => {
  expect(piped('shows-only')).toMatchObject({ status: 0, stdout: 'ready\n', stderr: '' });
});

test('it ends when npm has gone, or the shell between them', async () => {
  // As npm does it, which passes signals on to its shell alone.
  const screen = openTerminal(['sh', '-c', `${process.execPath} ${PROGRAM} orderly; true`], {
    cwd: folder,
    env: environment(),
  });
  await screen.printed('ready');
  screen.send('SIGKILL');
  await expect.poll(() => readFile(join(folder, 'exit'), 'utf8').catch(() => undefined)).toBe('129');
});

test('what a killed one has left goes with the next start, and a living one keeps what it has', async () => {
  const killed = await begin('orderly');
  killed.send('SIGKILL');
  await killed.ended;
  const left = await leftIn(temporary);
  expect(left).toHaveLength(1);
  const living = await begin('orderly');
  expect(await leftIn(temporary)).not.toEqual(left);
  const own = await leftIn(temporary);
  const third = openTerminal([process.execPath, PROGRAM, 'orderly'], { cwd: folder, env: environment() });
  await third.printed('ready');
  expect(await leftIn(temporary)).toEqual(expect.arrayContaining(own));
  for (const screen of [living, third]) screen.type(CTRL_C);
  await Promise.all([living.ended, third.ended]);
});
