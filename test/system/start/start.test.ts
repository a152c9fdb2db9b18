/** `npm start` as a person sees it: the real program in a process of its own. */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startProgram } from '../../support/started.ts';

let folder: string;
let temporary: string;
let events: { event: string; time: string; source?: { key: string } }[];

const KEYS = ['drops/one two.txt', 'drops/deeper/日本.txt', 'single.bin'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-start-'));
  temporary = join(folder, 'tmp');
  await mkdir(temporary);
  await mkdir(join(folder, 'drops', 'deeper'), { recursive: true });
  await writeFile(join(folder, 'drops', 'one two.txt'), 'one');
  await writeFile(join(folder, 'drops', 'deeper', '日本.txt'), 'two');
  await writeFile(join(folder, 'single.bin'), Buffer.alloc(100_000, 's'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (...args: string[]) => startProgram(args, folder, { TMPDIR: temporary });

/** What a run left in the temporary folder; Node's own cache is not ours. */
async function leftovers(): Promise<string[]> {
  return (await readdir(temporary)).filter((name) => name !== 'node-compile-cache');
}

describe('npm start -- --once PATH…', () => {
  test('delivers files and folders, tells who owns them on either side, and ends with 0', async () => {
    const { child, exitCode, output } = start('--once', '--json', join(folder, 'drops'), join(folder, 'single.bin'));
    let lines = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      lines += chunk.toString();
    });
    expect(await exitCode).toBe(0);
    for (const key of KEYS) {
      const row = output()
        .split('\n')
        .find((line) => line.startsWith(`${key} `));
      expect(row).toMatch(/ 111111111111 +222222222222 +CRC(32|64NVME) \S+=$/);
    }
    expect(output()).toContain('3 of 3 delivered and proved');
    events = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  });

  test('with --json, standard output has an object per line of what happens, and a summary last', () => {
    expect(events.every(({ event, time }) => event !== undefined && !Number.isNaN(Date.parse(time)))).toBe(true);
    const named = (name: string) => events.filter(({ event }) => event === name);
    expect(events[0]).toMatchObject({ event: 'started', total: 3, accounts: ['111111111111', '222222222222'] });
    const uploaded = named('uploaded').map(({ source }) => source?.key);
    expect(uploaded.toSorted()).toEqual(KEYS.toSorted());
    expect(named('delivered').find(({ source }) => source?.key === 'single.bin')).toMatchObject({
      route: 'main',
      source: { bucket: 'upload-relay-source-111111111111', key: 'single.bin', sizeBytes: 100_000 },
      destination: { bucket: 'upload-relay-destination-222222222222', key: 'incoming/single.bin' },
      owner: '222222222222',
      checksum: { algorithm: expect.stringMatching(/^CRC/), value: expect.stringMatching(/=$/) },
      proved: true,
      arrivedAfterMs: expect.any(Number),
    });
    expect(events.at(-1)).toMatchObject({
      event: 'summary',
      total: 3,
      proved: 3,
      failed: 0,
      skipped: 0,
      sizeBytes: 100_006,
      exitCode: 0,
    });
  });

  test('leaves nothing behind', async () => expect(await leftovers()).toEqual([]));
});

describe('a mistake is one line that says what to do, and exit code 2', () => {
  test.each([
    [
      'a path that does not exist',
      ['--once', '/no/such/file'],
      'Cannot read /no/such/file: there is no such file or folder.',
    ],
    [
      'an option that does not exist',
      ['--onec'],
      "Unknown option '--onec'. Did you mean --once? Try: npm start -- --help",
    ],
    [
      'empty accounts that shall end',
      ['--empty', '--once'],
      '--empty deploys nothing, so that --once has nothing to deliver: leave one of the two out.',
    ],
    [
      'files for empty accounts',
      ['--empty', 'a.txt'],
      '--empty deploys nothing, so that a.txt has nothing to deliver: leave one of the two out.',
    ],
    ['a port that is none', ['--port', '65536'], '--port is "65536": it must be a whole number from 0 to 65535.'],
  ])('%s', async (_, args, sentence) => {
    const { exitCode, output } = start(...args);
    expect(await exitCode).toBe(2);
    expect(output()).toBe(`${sentence}\n`);
  });

  test('an empty folder', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const { exitCode, output } = start('--once', empty);
    expect(await exitCode).toBe(2);
    expect(output()).toBe(`There is no file in ${empty}.\n`);
  });

  test('a busy port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const { exitCode, output } = start('--once', '--port', String(port), join(folder, 'single.bin'));
    expect(await exitCode).toBe(2);
    expect(output()).toMatch(`Port ${port} is in use: choose another with --port N, or --port 0 for any free one.\n`);
    server.close();
  });
});

describe('npm run fire', () => {
  const fire = (name: string) => startProgram([name], folder, {}, 'fire.ts');

  test('fires what goes by a schedule, says what there is, and what to do when nothing runs', async () => {
    const { child, exitCode, printed } = start('--port', '0', join(folder, 'single.bin'));
    await printed("The relay's log:");
    const fired = fire('upload-relay-canary');
    expect(await fired.exitCode).toBe(0);
    expect(fired.output()).toBe('upload-relay-canary has fired\n');
    const unknown = fire('nightly');
    expect(await unknown.exitCode).toBe(2);
    expect(unknown.output()).toBe(
      'There is no schedule "nightly"; there are: _reconciliation, upload-relay-canary, upload-relay-canary-drop.\n',
    );
    child.kill('SIGINT');
    expect(await exitCode).toBe(130);
    const late = fire('nightly');
    expect(await late.exitCode).toBe(2);
    expect(late.output()).toMatch('Nothing runs in this folder. Run npm start');
  });

  test('an option instead of a name is a mistake, and exit code 2', async () => {
    const { exitCode, output } = fire('--nightly');
    expect(await exitCode).toBe(2);
    expect(output()).toContain('Say which schedule, e.g. npm run fire -- nightly. Try: npm run fire -- --help');
  });

  test('--help tells the usage', async () => {
    const { exitCode, output } = fire('--help');
    expect(await exitCode).toBe(0);
    expect(output()).toContain('npm run fire -- NAME');
  });
});

test('--help tells the usage', async () => {
  const { exitCode, output } = start('--help');
  expect(await exitCode).toBe(0);
  expect(output()).toContain('npm start -- PATH…');
});

describe('npm start -- --empty', () => {
  test('says how to deploy, and leaves nothing behind', async () => {
    const { child, exitCode, output, printed } = start('--empty', '--port', '0');
    await printed('administrators: a of 111111111111, b of 222222222222.');
    for (const line of [
      'source .local/aws.sh',
      'npx cdk bootstrap aws://111111111111/us-east-1 --profile a',
      'npx cdk deploy Destination --profile b',
      'npx cdk deploy Source --profile a',
    ]) {
      expect(output()).toContain(`\n  ${line}\n`);
    }
    for (const [verb, missing] of [
      ['look', 'The specified bucket does not exist'],
      ['restore', 'The role with name upload-relay-writer cannot be found'],
    ] as const) {
      const nothing = startProgram([verb], folder, {}, 'try/main.ts');
      expect(await nothing.exitCode).toBe(2);
      expect(nothing.output()).toBe(`${missing}. In empty accounts, deploy both stacks first: README.md says how.\n`);
    }
    child.kill('SIGINT');
    expect(await exitCode).toBe(130);
    expect(output()).toMatch(/The accounts are gone\.\n$/);
    expect(await leftovers()).toEqual([]);
    expect(await readdir(folder)).not.toContain('.local');
  });
});

describe('without --once it stays up', () => {
  test('prints what to type next, and SIGTERM ends it', async () => {
    const { child, exitCode, output, printed } = start('--port', '0', join(folder, 'single.bin'));
    await printed("The relay's log:");
    expect(output()).toContain('\n  npm run try\n');
    expect(output()).toContain('\n  source .local/aws.sh\n');
    expect(output()).toContain('\n  aws s3 cp README.md s3://upload-relay-source-111111111111/hello.md\n');
    for (const file of ['aws-config', 'session.json', 'control']) {
      const { mode } = await stat(join(folder, '.local', file));
      expect(mode & 0o077).toBe(0);
    }
    child.kill('SIGTERM');
    expect(await exitCode).toBe(143);
    expect(output()).toMatch(/Ending both accounts\. .*\nThe accounts are gone\.\n$/);
    expect(await leftovers()).toEqual([]);
    expect(await readdir(folder)).not.toContain('.local');
  });
});
