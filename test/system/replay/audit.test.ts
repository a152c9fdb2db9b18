/** The audit report of replay's real bundle, and `npm run verify-report` by account B's people. */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Faults } from '../../../emulator/index.ts';
import type { AuditSummary } from '../../../functions/replay/audit/audit-objects.ts';
import { kill } from '../../support/large.ts';
import { startProgram } from '../../support/started.ts';
import {
  ACCOUNT_B,
  changeSettings,
  DESTINATION_BUCKET,
  eventually,
  LEDGER_TABLE,
  NO_PAUSES,
  PREFIX,
  REGION,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const AT_ONCE = 10;
const COUNT = 80;
const RECEIPTS_GONE = 37;
const ALTERED = 5;
/** Everything that a key may be, and what a spreadsheet takes for a formula. */
const HOSTILE = [
  '=1+1',
  '+1',
  '-1',
  '@a',
  "'=1",
  '\ttab',
  'two\nlines',
  'one, "two"',
  '日本語/ファイル',
  '🎉',
  '100%2B sure',
];
const KEYS = [...HOSTILE, ...Array.from({ length: COUNT - HOSTILE.length }, (_, index) => `many/${index}.txt`)];

let world: TwoAccounts;
let folder: string;
const faults = new Faults({ seed: 1 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-report-'));
  world = await startTwoAccounts({ change: (stacks) => changeSettings(stacks, { ...NO_PAUSES }), faults });
  const put = (Key: string) => world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: `of ${Key}` }));
  await pMap([...KEYS, 'upload-relay-canary/main'], put, { concurrency: AT_ONCE });
  await pMap(KEYS, (key) => eventually(async () => (await world.ledgerItem(key))?.['status'] === 'delivered'), {
    concurrency: AT_ONCE,
  });
  const { accessKeyId, secretAccessKey } = world.cloud.operator(ACCOUNT_B);
  const settings = {
    region: REGION,
    endpoint_url: world.cloud.url,
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  await writeFile(join(folder, 'config'), `[profile b]\n${lines.join('\n')}\n`);
}, 120_000);

afterEach(() => faults.clear());

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
  await rm(folder, { recursive: true });
});

async function audit(event: object = {}): Promise<AuditSummary> {
  const { functionError, payload } = await world.invoke({ audit: event }, 'upload-relay-replay:live');
  expect(functionError, JSON.stringify(payload)).toBeUndefined();
  return payload as AuditSummary;
}

/** Brings a report onto this machine. @returns the path of its manifest */
async function fetchReport({ bucket, manifest }: AuditSummary): Promise<string> {
  const Prefix = manifest.replace(/[^/]+$/, '');
  const { Contents = [] } = await world.a.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
  const here = await mkdtemp(join(folder, 'report-'));
  for (const { Key } of Contents) {
    const { Body } = await world.a.s3.send(new GetObjectCommand({ Bucket: bucket, Key: Key! }));
    await writeFile(join(here, Key!.slice(Prefix.length)), await Body!.transformToByteArray());
  }
  return join(here, 'manifest.json');
}

async function partOf(manifest: string): Promise<string> {
  return gunzipSync(await readFile(manifest.replace('manifest.json', 'part-00001.csv.gz'))).toString();
}

async function verify(...args: string[]) {
  const env = {
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_CA_BUNDLE: world.cloud.caFile,
  };
  const program = startProgram([...args, '--profile', 'b'], folder, env, 'verify-report/main.ts');
  const exitCode = await program.exitCode;
  return { exitCode, output: program.output() };
}

const countOf = (output: string, kind: string) => output.split('\n').filter((line) => line.startsWith(kind)).length;

interface ToldManifest {
  parts: { key: string; sha256: string; lines: number }[];
  totals: { lines: number };
  summary: { sha256: string };
}

/** A report of somebody who changes its files and knows how to count. @returns the path of its manifest */
async function withPart(
  original: string,
  csv: string,
  change: (told: ToldManifest) => void = () => undefined,
): Promise<string> {
  const here = await mkdtemp(join(folder, 'changed-'));
  const part = gzipSync(csv);
  const told = JSON.parse(await readFile(original, 'utf8')) as ToldManifest;
  told.parts[0]!.sha256 = createHash('sha256').update(part).digest('hex');
  change(told);
  await writeFile(join(here, 'part-00001.csv.gz'), part);
  await copyFile(original.replace('manifest.json', 'summary.json'), join(here, 'summary.json'));
  await writeFile(join(here, 'manifest.json'), JSON.stringify(told));
  return join(here, 'manifest.json');
}

/** As S3 Inventory would list account B's bucket at some time. */
async function inventoryOf(time = Date.now()): Promise<string> {
  const { Contents = [] } = await world.b.s3.send(new ListObjectsV2Command({ Bucket: DESTINATION_BUCKET }));
  const rows = await pMap(
    Contents,
    async ({ Key, Size, ETag }) => {
      const head = await world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: Key! }));
      const cells = [
        DESTINATION_BUCKET,
        encodeURIComponent(Key!),
        head.VersionId,
        'true',
        'false',
        Size,
        ETag!.replaceAll('"', ''),
      ];
      return cells.map((cell) => `"${cell}"`).join(',');
    },
    { concurrency: AT_ONCE },
  );
  const here = join(folder, 'inventory');
  await mkdir(here, { recursive: true });
  await writeFile(join(here, 'data.csv.gz'), gzipSync(`${rows.join('\n')}\n`));
  const manifest = {
    sourceBucket: DESTINATION_BUCKET,
    destinationBucket: 'arn:aws:s3:::inventories',
    version: '2016-11-30',
    creationTimestamp: String(time),
    fileFormat: 'CSV',
    fileSchema: 'Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, ETag',
    files: [{ key: 'b/data/data.csv.gz', size: 1, MD5checksum: '' }],
  };
  await writeFile(join(here, 'manifest.json'), JSON.stringify(manifest));
  return join(here, 'manifest.json');
}

describe('everything is delivered', () => {
  test('each key has a line, the relay’s own have none, and account B finds no difference', async () => {
    const summary = await audit();
    expect(summary).toMatchObject({
      status: 'done',
      lines: COUNT,
      parts: 1,
      byStatus: { delivered: COUNT, missing: 0 },
    });
    expect(summary.bucket).toBe(world.cloud.outputs('upload-relay-source')['ReportBucketName']);
    const manifest = await fetchReport(summary);
    const receipt = (await world.ledgerItem('many/0.txt'))!;
    const line = (await partOf(manifest)).split('\r\n').find((each) => each.startsWith('main,many/0.txt,'))!;
    expect(line.split(',')).toEqual([
      'main',
      'many/0.txt',
      receipt['sourceVersionId'],
      String('of many/0.txt'.length),
      receipt['sourceETag']!.replaceAll('"', ''),
      expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
      'delivered',
      '',
      receipt['checksumAlgorithm'],
      'FULL_OBJECT',
      receipt['checksumValue'],
      'source',
      ACCOUNT_B,
      DESTINATION_BUCKET,
      `${PREFIX}many/0.txt`,
      receipt['destinationVersionId'],
      receipt['destinationETag']!.replaceAll('"', ''),
      receipt['checksumAnswered'],
      new Date(Date.parse(receipt['startedAt']!) + Number(receipt['durationMs'])).toISOString(),
      receipt['durationMs'],
      receipt['attempts'],
    ]);
    expect(await verify(manifest)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining(`${COUNT} lines compared: ${COUNT} as reported, 0 missing, 0 different`),
    });
  });

  test('without formulas, no line begins a formula, and account B finds the keys all the same', async () => {
    const manifest = await fetchReport(await audit({ defuseFormulas: true }));
    const text = await partOf(manifest);
    expect(text).toContain("\r\nmain,'=1+1,");
    expect(text).not.toMatch(/(^|,)"?[=+@\t-]/m);
    expect(await verify(manifest)).toMatchObject({ exitCode: 0 });
  });

  test.each([
    ['while it writes a stretch', 'PutObject', 1, false],
    ['after it has written one', 'PutObject', 1, true],
    ['after the part', 'PutObject', 2, true],
    ['while it reads a stretch', 'GetObject', 1, false],
    ['after the manifest', 'PutObject', 5, true],
  ] as const)('killed %s, it ends with the same bytes', async (name, operation, nth, after) => {
    const undisturbed = await partOf(await fetchReport(await audit()));
    const death = faults.add(kill(name, operation, nth, after));
    const summary = await audit();
    expect(death.injected).toBe(1);
    expect(await partOf(await fetchReport(summary))).toBe(undisturbed);
  });

  test.each([
    [{ prefix: 'many/' }, COUNT - HOSTILE.length],
    [{ until: '2020-01-01' }, 0],
  ])('%j has %d lines', async (asked, lines) => {
    const summary = await audit(asked);
    expect(summary).toMatchObject({ lines, parts: 1 });
    expect((await partOf(await fetchReport(summary))).startsWith('route,key,')).toBe(true);
  });

  test('an unknown route is a typed error', async () => {
    const { payload } = await world.invoke({ audit: { route: 'letters' } }, 'upload-relay-replay:live');
    expect(payload).toMatchObject({ errorType: 'UnknownRoute' });
  });
});

describe('a report that is strange', () => {
  let manifest: string;
  let csv: string;

  beforeAll(async () => {
    manifest = await fetchReport(await audit({ prefix: 'many/1' }));
    csv = await partOf(manifest);
  });

  /** With one more line, of an object that failed. */
  const withFailure = (destinationKey: string) => {
    const cells = [
      'main',
      'k',
      '',
      '1',
      'e',
      '2026-01-15T00:00:00.000Z',
      'failed',
      'KeyTooLong: it is',
      '',
      '',
      '',
      '',
    ];
    const line = [...cells, ACCOUNT_B, DESTINATION_BUCKET, destinationKey, '', '', '', '', '', ''].join(',');
    return withPart(manifest, `${csv}${line}\r\n`, (told) => {
      told.parts[0]!.lines += 1;
      told.totals.lines += 1;
    });
  };

  test('no object can lie under a key that S3 does not take', async () => {
    const { exitCode, output } = await verify(await withFailure('k'.repeat(1025)));
    expect(output).toContain('as reported, 0 missing, 0 different, 0 present but unrecorded.');
    expect(exitCode).toBe(0);
  });

  test('a key that S3 can’t be asked about reaches the terminal as text', async () => {
    const refused = faults.add({
      name: 'refused',
      match: { operation: 'HeadObject', key: `${PREFIX}\u001b[31m` },
      when: { nth: 1 },
      fault: { kind: 'error', status: 400, code: 'BadRequest' },
    });
    const { exitCode, output } = await verify(await withFailure(`${PREFIX}\u001b[31m`));
    expect(refused.injected).toBe(1);
    expect(exitCode).toBe(2);
    expect(output).toContain(`${PREFIX}\\u001b[31m`);
    expect(output).not.toContain('\u001b');
  });

  test.each<[string, (told: ToldManifest) => void, string]>([
    ['lacks a part', ({ parts }) => parts.pop(), 'its parts have 0 lines, and its totals say '],
    ['names a part twice', ({ parts }) => parts.push(parts[0]!), 'it names part-00001.csv.gz twice'],
  ])('a manifest that %s can’t be believed', async (_, change, sentence) => {
    const { exitCode, output } = await verify(await withPart(manifest, csv, change));
    expect(output).toContain(sentence);
    expect(exitCode).toBe(2);
  });

  test('a summary that was altered is damaged', async () => {
    const altered = await withPart(manifest, csv);
    await writeFile(altered.replace('manifest', 'summary'), '{}');
    const { exitCode, output } = await verify(altered);
    expect(output).toContain('damaged                 summary.json has the SHA-256 ');
    expect(exitCode).toBe(1);
  });

  test('an inventory from before everything tells nothing', async () => {
    const { exitCode, output } = await verify(manifest, '--inventory', await inventoryOf(1));
    expect(output).toContain('was delivered after the inventory was begun');
    expect(exitCode).toBe(2);
  });

  test('S3 may be busy for a while', async () => {
    const busy = faults.add({
      name: 'busy',
      match: { operation: 'HeadObject' },
      when: { times: 5 },
      fault: { kind: 'error', status: 503, code: 'SlowDown' },
    });
    const { exitCode } = await verify(manifest, '--concurrency', '1');
    expect(busy.injected).toBe(5);
    expect(exitCode).toBe(0);
  });
});

describe('37 receipts are lost, and account B has altered 5 objects', () => {
  const lost = KEYS.slice(0, RECEIPTS_GONE);
  const altered = KEYS.slice(-ALTERED);
  let manifest: string;

  beforeAll(async () => {
    const items = lost.map((key) => ({ DeleteRequest: { Key: { id: { S: `main/${key}` } } } }));
    for (const part of [items.slice(0, 25), items.slice(25)]) {
      await world.a.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [LEDGER_TABLE]: part } }));
    }
    for (const key of altered) {
      await world.b.s3.send(new PutObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key, Body: 'altered' }));
    }
    const summary = await audit();
    expect(summary.byStatus).toMatchObject({ missing: RECEIPTS_GONE, delivered: COUNT - RECEIPTS_GONE });
    manifest = await fetchReport(summary);
  });

  test('the summary names all that is missing', async () => {
    const text = await readFile(manifest.replace('manifest', 'summary'), 'utf8');
    const { attention } = JSON.parse(text) as { attention: { missing: { listed: { key: string }[] } } };
    expect(attention.missing).toMatchObject({ lines: RECEIPTS_GONE, isListComplete: true });
    expect(attention.missing.listed.map(({ key }) => key).toSorted()).toEqual(lost.toSorted());
  });

  test('account B finds 37 unrecorded and 5 different ones, each field with both values', async () => {
    const { exitCode, output } = await verify(manifest);
    expect(exitCode).toBe(1);
    expect(countOf(output, 'present but unrecorded')).toBe(RECEIPTS_GONE);
    expect(countOf(output, 'different')).toBe(ALTERED);
    const line = output.split('\n').find((each) => each.includes(altered[0]!))!;
    for (const field of ['sizeBytes', 'destinationETag', 'destinationVersionId', 'destinationChecksum'])
      expect(line).toContain(`${field}: expected `);
    expect(output).toContain(`37 present but unrecorded.`);
  });

  test('as JSON', async () => {
    const { output } = await verify(manifest, '--json');
    const report = JSON.parse(output.slice(output.indexOf('{'))) as { differences: object[] };
    expect(report).toMatchObject({
      checked: COUNT,
      missing: 0,
      different: ALTERED,
      'present but unrecorded': RECEIPTS_GONE,
      damaged: [],
    });
    expect(report.differences).toHaveLength(RECEIPTS_GONE + ALTERED);
  });

  test('by S3 Inventory, it finds the same', async () => {
    const { exitCode, output } = await verify(manifest, '--inventory', await inventoryOf());
    expect(exitCode).toBe(1);
    expect(countOf(output, 'present but unrecorded')).toBe(RECEIPTS_GONE);
    expect(countOf(output, 'different')).toBe(ALTERED);
  });

  test('what account B has deleted is missing', async () => {
    const Key = `${PREFIX}many/40.txt`;
    await world.b.s3.send(new DeleteObjectCommand({ Bucket: DESTINATION_BUCKET, Key }));
    for (const args of [[], ['--inventory', await inventoryOf()]]) {
      expect((await verify(manifest, ...args)).output).toContain(
        `missing                 s3://${DESTINATION_BUCKET}/${Key}`,
      );
    }
  });

  test('a bucket that account B doesn’t own is not looked at', async () => {
    const text = (await partOf(manifest)).replaceAll(`,${DESTINATION_BUCKET},`, `,${SOURCE_BUCKET},`);
    const here = await withPart(manifest, text);
    const { exitCode, output } = await verify(here);
    expect(exitCode).toBe(2);
    expect(output).toContain(' failed (HTTP 403). ');
    expect(output).toContain(`account ${ACCOUNT_B} must own the bucket`);
  });

  test('a part that was altered is damaged, and nothing of it is believed', async () => {
    const part = manifest.replace('manifest.json', 'part-00001.csv.gz');
    const text = (await partOf(manifest)).replace(',missing,', ',delivered,');
    await writeFile(part, gzipSync(text));
    const found = createHash('sha256')
      .update(await readFile(part))
      .digest('hex');
    const { exitCode, output } = await verify(manifest);
    expect(exitCode).toBe(1);
    expect(output).toContain(`damaged                 part-00001.csv.gz has the SHA-256 ${found}`);
    expect(output).toContain('0 lines compared');
  });
});

test.each([
  [[], 'Say one manifest'],
  [['nowhere.json'], "nowhere.json can't be read: ENOENT"],
  [['config'], 'config is no JSON.'],
  [['.'], ". can't be read: it is a folder"],
  [['s3://nobody'], 's3://nobody names no object: it must be s3://BUCKET/KEY.'],
  [['s3://nobody/manifest.json'], "s3://nobody/manifest.json can't be read: "],
  [['a.json', '--concurrency', '0'], '--concurrency is "0"'],
])('%j ends with a sentence', async (args, sentence) => {
  const { exitCode, output } = await verify(...args);
  expect(exitCode).toBe(2);
  expect(output).toContain(sentence);
  expect(output).not.toContain('    at ');
});
