/** `npm run try` beside one npm start: what each verb ends with and prints; docs/tour.md is typed by test/acceptance/docs. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../local/try/command.ts';
import { openWorld } from '../../../local/try/world.ts';
import { attempted, type Ended } from '../../support/attempted.ts';
import { REPOSITORY } from '../../support/aws-cli.ts';
import { type Started, startProgram } from '../../support/started.ts';

const MAIN = join(REPOSITORY, 'local/try/main.ts');
const BEFORE = process.cwd();
let folder: string;
let program: Started;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-try-'));
  process.chdir(folder);
  await mkdir('some');
  await mkdir('empty');
  await mkdir('partly');
  execFileSync('mkfifo', ['fifo', 'partly/fifo']);
  for (const name of ['first.txt', 'some/a', 'some/b+ c', 'partly/a']) await writeFile(name, `content of ${name}`);
});

afterAll(async () => {
  process.chdir(BEFORE);
  await rm(folder, { recursive: true });
});

/** As the program does it, without the half second that a process takes. */
const attempt = (...args: string[]) => attempted((screen) => runCommand(args, screen));

/** A process of its own. */
function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

const mistake = (sentence: string) => ({ code: 2, out: '', err: `${sentence}\n` });

describe('with nothing up', () => {
  test('it says so', async () => {
    expect(await run('look')).toEqual(
      mistake('Nothing runs in this folder. Run npm start, and this in another terminal, in the same folder.'),
    );
  });

  test.each([['loook'], ['-h']])('%s needs nobody', async (word) => {
    expect((await run(word)).code).toBe(word === '-h' ? 0 : 2);
  });
});

describe('beside npm start', () => {
  beforeAll(async () => {
    program = startProgram(['--port', '0', join(REPOSITORY, 'LICENSE')], folder);
    await program.printed("The relay's log:");
  });

  afterAll(async () => {
    program.child.kill('SIGINT');
    await program.exitCode;
    expect(await attempt('look')).toMatchObject({ code: 2, out: '' });
  });

  /** One after the other: each is how the ones before have left it. */
  const TABLE: [line: string, code: number, out: string | RegExp, err?: string][] = [
    ['look', 0, /^incoming\/LICENSE +11\.\d KiB +20\d\d-\S+Z +222222222222$/m],
    ['look incoming/LIC --route main', 0, 'incoming/LICENSE'],
    ['look elsewhere/ --json', 0, '"objects":[]'],
    ['look --route mian', 2, '', 'There is no route "mian". Did you mean main? There are: main.'],
    [
      'drop first.txt',
      0,
      'delivered s3://upload-relay-destination-222222222222/incoming/first.txt, which has verified',
    ],
    ['drop some --json', 0, '"key":"incoming/some/b+ c"'],
    ['drop missing', 1, '', 'Cannot read missing: there is no such file or folder.'],
    ['drop fifo', 1, '', 'fifo is a FIFO: only files and folders can be dropped.'],
    ['drop partly', 3, 'incoming/partly/a', '1 skipped: partly/fifo (a FIFO).'],
    ['drop empty', 1, '', 'There is no file in empty.'],
    ['receipt first.txt', 0, '  "status": "delivered",'],
    ['receipt first.txt --json', 0, /^\{"status":"delivered","route":"main","source":\{.*\}\n$/],
    ['receipt frist.txt', 1, '', 'There is no receipt of frist.txt on route main: nothing was dropped under this key'],
    ['receipt \u001b[2J --json', 1, '', 'There is no receipt of \\u001b[2J on route main'],
    [`receipt ${'k'.repeat(1025)}`, 2, '', 'KEY has 1025 bytes: it must have from 1 to 1024.'],
    ['intrude --json', 0, /^\{"asWanted":true,"tries":\[.*\]\}\n$/],
    ['check', 0, 'All is as it must be.'],
    ['redrive --json', 0, '"left":{"queue":0,"deadLetters":0}'],
    ['dead-letters', 0, 'There are no dead letters.'],
    ['restore', 0, 'Account 222222222222 lets upload-relay-writer put objects again.'],
    ['revoke --json', 0, '{"account":"222222222222","role":"upload-relay-writer","mayPut":false}\n'],
    ['drop first.txt', 1, 'failed DestinationDenied: PutObject on s3://upload-relay-destination-222222222222/incoming'],
    ['drop first.txt --json', 1, '"failure":{"code":"DestinationDenied"'],
    ['check --json', 1, /^\{"passed":false,"lines":\[.*\]\}\n$/],
    ['dead-letters', 0, /^first\.txt\n {2}20\d\d-\S+Z, route main\n {2}DestinationDenied: PutObject on /],
    ['dead-letters --json', 0, '[{"keys":["first.txt"],"routes":["main"],"code":"DestinationDenied","reason":"'],
    ['redrive --json', 1, '"deadLetters":2}'],
    ['restore --json', 0, '"mayPut":true'],
    ['replay --dry-run', 0, '"objects": 1'],
    ['redrive', 0, '"moved": 2'],
    ['replay --json', 0, '"sent":0'],
    ['receipt first.txt', 0, '"status": "delivered"'],
    ['logs', 0, /^\S+Z? {2}upload-relay {2}INFO {3}relayed {2}route=main {2}key=LICENSE /m],
    [
      'logs check --json',
      0,
      '"function":"upload-relay-check","level":"INFO","message":"checked","facts":{"passed":true',
    ],
    ['logs replay --since 5', 0, 'upload-relay-replay  INFO   scanned'],
    ['logs relay --all', 0, 'REPORT RequestId: '],
    ['logs relais', 2, '', 'There is no function "relais". Did you mean relay? There are: relay, large, part,'],
    ['logs --since now', 2, '', '--since is "now": it must be a whole number from 1 to 1000000.'],
    ['by-hand 6', 2, '', 'N is "6": it must be a whole number from 1 to 5.'],
    ['by-hand 1', 0, 'Profile drop is arn:aws:sts::222222222222:assumed-role/drop-writer/'],
    ['by-hand 1', 0, 'User uploader has its keys already.'],
    ['by-hand 5 --json', 0, /^(\{"step":.*,"aws":\[.*\]\}\n)+\{"next":\["source .*\]\}\n$/],
    ['pull', 0, 'delivered s3://pulled-222222222222/reports/20'],
    ['pull --json', 0, 'Replay has found 2 there, of which 1 have a receipt, and has sent 1 to the relay.'],
  ];

  test('what each verb ends with and prints', { timeout: 240_000 }, async () => {
    for (const [line, code, out, err = ''] of TABLE) {
      const words = line.split(' ');
      const ended = await attempt(...words);
      expect(ended, line).toMatchObject({ code, err: expect.stringContaining(err) });
      if (typeof out === 'string') expect(ended.out, line).toContain(out);
      else expect(ended.out, line).toMatch(out);
      if (out === '') expect(ended.out, line).toBe('');
      // With --json, nothing but JSON is on standard output.
      if (words.includes('--json')) for (const each of ended.out.trim().split('\n')) each && JSON.parse(each);
    }
    expect(await readFile('.local/aws-config', 'utf8')).toContain('[profile drop]\n');
  });

  test('watch and logs --follow go on until Ctrl-C, and then end with 130', async () => {
    const watching = ['watch --json', 'logs relay --follow'].map((line) => {
      const child = spawn(process.execPath, [MAIN, ...line.split(' ')]);
      const seen = { out: '' };
      child.stdout.on('data', (chunk: Buffer) => (seen.out += chunk.toString()));
      return { child, seen, begun: once(line.startsWith('watch') ? child.stderr : child.stdout, 'data') };
    });
    for (const { begun } of watching) await begun;
    // Watching begins with what comes after its first look.
    while (watching[0]!.seen.out === '' || !watching[1]!.seen.out.includes('key=a ')) {
      expect(await attempt('drop', 'some/a')).toMatchObject({ code: 0 });
    }
    for (const { child } of watching) {
      child.kill('SIGINT');
      expect(await once(child, 'close')).toEqual([130, null]);
    }
    expect(JSON.parse(watching[0]!.seen.out.split('\n')[0]!)).toMatchObject({
      event: 'delivered',
      keys: ['a'],
      route: 'main',
      durationMs: expect.any(Number),
    });
    expect(watching[1]!.seen.out).toContain('relayed  route=main  key=a ');
  });

  test('an intruder who is let in fails it', async () => {
    const { config, ownerOf } = await openWorld();
    const { writerRoleName, destination } = config.routes[0]!;
    const Statement = [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    const tooMuch = { RoleName: writerRoleName, PolicyName: 'too-much', PolicyDocument };
    await ownerOf(destination.account).iam.send(new PutRolePolicyCommand(tooMuch));
    const { code, out } = await attempt('intrude');
    expect(code).toBe(1);
    expect(out).toContain('Not everything was refused that must be');
  });
});
