/** `npm start -- --persist` as a person sees it: today, and tomorrow. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../emulator/index.ts';
import { REPOSITORY } from '../../support/aws-cli.ts';
import { startProgram } from '../../support/started.ts';

const DESTINATION = 'upload-relay-destination-222222222222';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-persist-'));
  await writeFile(join(folder, 'a file.txt'), 'one');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (...args: string[]) => startProgram(['--port', '0', '--persist', ...args], folder);

/** What is kept, by the public face of the emulator. */
async function lookInto<T>(look: (cloud: LocalCloud) => T): Promise<T> {
  const cloud = await LocalCloud.start({ keep: join(folder, '.local', 'accounts'), stacks: [] });
  try {
    return look(cloud);
  } finally {
    await cloud.close();
  }
}

const delivered = (cloud: LocalCloud) =>
  cloud.s3
    .bucket(DESTINATION)
    .versions('incoming/a file.txt')
    .map(({ versionId }) => versionId);

/** The keys of both administrators, as the AWS CLI reads them. */
async function keys(): Promise<string[]> {
  const text = await readFile(join(folder, '.local', 'aws-config'), 'utf8');
  const [relay] = text.split('[profile relay]');
  return relay!.split('\n').filter((line) => line.startsWith('aws_secret_access_key'));
}

describe('everything is there tomorrow', () => {
  let keysOfToday: string[];

  test('today: a file is delivered, a second start is refused, Ctrl-C says where it all stays', async () => {
    const today = start(join(folder, 'a file.txt'));
    await today.printed("The relay's log:");
    expect(today.output()).not.toContain('Going on');
    keysOfToday = await keys();
    const second = start('--once');
    expect(await second.exitCode).toBe(2);
    expect(second.output()).toBe(`.local/accounts is in use by the process ${today.child.pid}: end that one first.\n`);
    today.child.kill('SIGINT');
    expect(await today.exitCode).toBe(130);
    expect(today.output()).toMatch(/The accounts are kept in \.local\/accounts\.\n$/);
    expect(await readdir(join(folder, '.local'))).toEqual(['accounts']);
    expect((await stat(join(folder, '.local', 'accounts'))).mode & 0o077).toBe(0);
  });

  test('tomorrow: the same keys, objects and receipts; nothing is relayed twice', async () => {
    const before = await lookInto(delivered);
    const tomorrow = start();
    await tomorrow.printed("The relay's log:");
    expect(tomorrow.output()).toMatch(
      /^Going on with what was kept on \d{4}-\d\d-\d\d \d\d:\d\d: 2 accounts, 2 objects, \d+ receipts?, \d+ messages?\.$/m,
    );
    expect(await keys()).toEqual(keysOfToday);
    const receipt = startProgram(['receipt', 'a file.txt'], folder, {}, 'try/main.ts');
    expect(await receipt.exitCode).toBe(0);
    expect(receipt.output()).toContain('"status": "delivered"');
    tomorrow.child.kill('SIGTERM');
    await tomorrow.exitCode;
    expect(before).toHaveLength(1);
    expect(await lookInto(delivered)).toEqual(before);
  });

  test('a configuration that does not fit is refused by a sentence, and what is kept stays', async () => {
    const config = JSON.parse(readFileSync(join(REPOSITORY, 'cdk.json'), 'utf8')) as {
      context: { relay: { source: { region: string } } };
    };
    config.context.relay.source.region = 'eu-west-1';
    await writeFile(join(folder, 'other.json'), JSON.stringify(config));
    const before = await lookInto(delivered);
    const other = start('--once', '--config', 'other.json');
    expect(await other.exitCode).toBe(2);
    const [refusal, advice] = other.output().trim().split('\n').slice(-2);
    expect(refusal).toMatch(
      /^The configuration doesn't fit the accounts that are kept in \.local\/accounts, which stay as they were: /,
    );
    expect(advice).toBe('Put it back. To begin anew: npm start -- --persist --fresh, which removes what was kept.');
    expect(await lookInto(delivered)).toEqual(before);
  });
});

test('--fresh begins anew', async () => {
  const anew = start('--empty', '--fresh');
  await anew.printed('administrators: a of');
  expect(anew.output()).not.toContain('Going on');
  anew.child.kill('SIGINT');
  await anew.exitCode;
  expect(await lookInto(({ s3 }) => s3.buckets())).toEqual([]);
});

test('--fresh without --persist is a mistake', async () => {
  const { exitCode, output } = startProgram(['--fresh'], folder);
  expect(await exitCode).toBe(2);
  expect(output()).toBe('--fresh removes what --persist has kept: give both.\n');
});
