/** A reconciliation by an inventory: killed at every step of its own, while the bucket goes on. */
import { Readable } from 'node:stream';
import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { GetObjectCommandInput, ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { describe, expect, test } from 'vitest';
import { PACED_STEPS_PER_EXECUTION, replayObjects } from '../../../functions/replay/replay-objects.ts';
import { parseReplayEvent, type ReplayRequest } from '../../../functions/request/replay-request.ts';
import { DURABLE_QUOTAS } from '../../../functions/transfer/plan-large.ts';
import { type InventoryOptions, inventoryOf, rowOf } from '../../support/inventory.ts';
import { OBJECT_BYTES, ReplayWorld, type ReplayWorldOptions, UPLOADED_AT } from './replay-world.ts';

const NOW = UPLOADED_AT.getTime() + 2 * 86_400_000;
const BEGAN = new Date(NOW - 86_400_000);
const AT_ONCE = 20;
const BUCKET = 'inventories';
const OWNER = '111111111111';
const FOLDER = 'uploads/daily/';
const OBJECT = { eTag: '"etag"', sizeBytes: OBJECT_BYTES, lastModified: UPLOADED_AT };
/** In no order at all, as S3 promises none. */
const FILES = [
  ['h', 'c', 'j', 'a', 'e'],
  ['b', 'i'],
  ['g', 'd', 'f'],
];
const KEYS = FILES.flat().toSorted();

interface Change extends Partial<ReplayWorldOptions> {
  /** What has become of keys since the inventory. */
  since?: Record<string, 'deleted' | 'overwritten'>;
  /** Changes the inventory. */
  inventory?: Partial<InventoryOptions>;
  /** Changes what S3 hands out. */
  damage?: (key: string, body: Buffer) => Buffer;
}

function worldOf({ since = {}, inventory, damage = (_, body) => body, ...options }: Change = {}): ReplayWorld {
  const files = FILES.map((keys) => keys.map((key) => rowOf(key, OBJECT)));
  const objects = inventoryOf({ sourceBucket: 'uploads', bucket: BUCKET, at: BEGAN, files, ...inventory });
  const services = {
    DescribeTable: () => ({ Table: { CreationDateTime: new Date(0) } }),
    ListObjectsV2: ({ Bucket, Prefix, StartAfter = '', Delimiter, ExpectedBucketOwner }: ListObjectsV2CommandInput) => {
      expect(ExpectedBucketOwner).toBe(OWNER);
      if (Bucket !== BUCKET) return { Contents: asItIs(Prefix!, since[Prefix!]), IsTruncated: false };
      expect([Prefix, Delimiter]).toEqual([FOLDER, '/']);
      const within = [...objects.keys()].filter((key) => key.startsWith(FOLDER));
      const folders = within.map((key) => `${FOLDER}${key.slice(FOLDER.length).split('/')[0]}/`);
      return {
        CommonPrefixes: [...new Set(folders)].filter((each) => each > StartAfter).map((each) => ({ Prefix: each })),
      };
    },
    GetObject: ({ Bucket, Key, ExpectedBucketOwner }: GetObjectCommandInput) => {
      expect([Bucket, ExpectedBucketOwner]).toEqual([BUCKET, OWNER]);
      const body = damage(Key!, objects.get(Key!)!);
      return { Body: Object.assign(Readable.from([body]), { transformToString: async () => `${body}` }) };
    },
  };
  const settings = { bucket: BUCKET, folder: FOLDER, staleAfterDays: 8 };
  const reconciliation = { missingAfterSeconds: 3600, inventory: settings };
  const world = new ReplayWorld({ keys: KEYS, skipTime: true, services, reconciliation, ...options });
  world.now = NOW;
  return world;
}

function asItIs(key: string, change: 'deleted' | 'overwritten' | undefined) {
  const Key = encodeURIComponent(key);
  // The first key that starts with a deleted one is another one.
  if (change === 'deleted') return [{ Key: `${Key}2`, ETag: '"etag"', Size: 1, LastModified: UPLOADED_AT }];
  const overwritten = { Key, ETag: '"newer"', Size: 2, LastModified: new Date(NOW - 1000), StorageClass: 'STANDARD' };
  if (change === 'overwritten') return [overwritten];
  return [{ ...overwritten, ETag: '"etag"', Size: OBJECT_BYTES, LastModified: UPLOADED_AT }];
}

const DONE = { status: 'done', scanned: 10, failed: 0, inventory: `${FOLDER}2026-01-16T09-30Z/manifest.json` };

test('what has no receipt is found in every file, and relayed', async () => {
  const world = worldOf({ isDelivered: (key) => !['c', 'b', 'f'].includes(key) });
  const missing = { missing: 3, oldestMissingSeconds: 2 * 86_400, underWay: 0 };
  expect(await world.replay({ reconcile: true })).toEqual({
    ...{ ...DONE, inventory: expect.stringMatching(/Z\/manifest\.json$/) },
    ...missing,
    alreadyDelivered: 7,
    sent: 3,
    bytes: 3 * OBJECT_BYTES,
  });
  expect(world.sent).toEqual(['c', 'b', 'f']);
});

test('what was deleted since is left alone, and so is what was overwritten a moment ago', async () => {
  const world = worldOf({ since: { a: 'deleted', i: 'overwritten' }, isDelivered: (key) => key > 'c' && key !== 'i' });
  expect(await world.replay({ reconcile: true })).toMatchObject({ scanned: 10, missing: 2, underWay: 1, sent: 2 });
  expect(world.sent).toEqual(['c', 'b']);
});

test('a dry run says what the comparing costs', async () => {
  const world = worldOf({ isDelivered: (key) => key > 'c' });
  expect(await world.replay({ reconcile: true, dryRun: true })).toMatchObject({
    missing: 3,
    sent: 0,
    // One look at each suspect, and a second one at its receipt.
    plan: { objects: 3, comparing: { requests: 3, reads: 10 + 3 } },
  });
  expect(world.sent).toEqual([]);
});

test('an inventory of nothing is read to its end', async () => {
  expect(await worldOf({ inventory: { files: [] } }).replay({ reconcile: true })).toMatchObject({
    scanned: 0,
    missing: 0,
  });
});

describe('killed before and after each request and each checkpoint', () => {
  const asked = { reconcile: true, objectsPerSecond: 0.07 };
  const replayed = async (killAt?: number) => {
    const world = worldOf(killAt === undefined ? {} : { killAt });
    return { world, summary: await world.replay(asked) };
  };

  test('no row is lost, two at the most are sent twice, and each counts once', async () => {
    const undisturbed = await replayed();
    expect(undisturbed.world.sent).toEqual(FILES.flat());
    const { turns } = undisturbed.world;
    // Several steps begin within a file.
    expect(turns.filter((label) => label.includes('GetObject')).length).toBeGreaterThan(2 * 10);
    await pMap(
      [...turns.keys()],
      async (index) => {
        const { world, summary } = await replayed(index + 1);
        const story = `killed at turn ${index + 1}, "${turns[index]}"`;
        expect(new Set(world.sent), story).toEqual(new Set(KEYS));
        expect(world.sent.length, story).toBeLessThanOrEqual(KEYS.length + 2);
        expect(summary, story).toEqual(undisturbed.summary);
        expect(world.execution!.status, story).toBe('SUCCEEDED');
      },
      { concurrency: AT_ONCE },
    );
  });
});

test('steps that take their time get a fresh invocation before it ends, and leave room for their pauses', async () => {
  const files = Array.from({ length: 1_200 }, (_, index) => [rowOf(`k${index}`, OBJECT)]);
  // A step looks at the clock five times: one file each, and over a minute.
  const world = worldOf({ inventory: { files }, clockStepMs: 61_000, isDelivered: () => true });
  let operations = 0;
  const pauses: number[] = [];
  const context = {
    executionContext: { durableExecutionArn: 'arn/durable-execution/slow/id' },
    step: (_: string, work: (step: { attempt: number }) => unknown) => {
      operations += 1;
      return work({ attempt: 1 });
    },
    wait: async () => void pauses.push(operations++),
  } as unknown as DurableContext;
  const replay = world.replayOf({ turn: async () => undefined });
  const request = parseReplayEvent({ reconcile: true }) as ReplayRequest;
  const summary = await replayObjects({ ...replay, context }, request);
  expect(summary).toMatchObject({ status: 'handed over', scanned: PACED_STEPS_PER_EXECUTION });
  expect(operations).toBeLessThanOrEqual(DURABLE_QUOTAS.operations * 0.75);
  expect(pauses.length).toBeGreaterThan(PACED_STEPS_PER_EXECUTION / 5);
  const { goOn } = world.started.get(summary.execution!)!;
  expect(goOn).toMatchObject({ inventory: { file: PACED_STEPS_PER_EXECUTION, row: 0 } });
});

describe('an inventory that is no use ends the execution with the reason', () => {
  const flipped = (key: string, body: Buffer) => {
    if (!key.endsWith('.csv.gz')) return body;
    // A byte of the gzip header that changes nothing else: the operating system.
    const changed = Buffer.from(body);
    changed[9]! ^= 1;
    return changed;
  };

  test.each<[string, Change, string]>([
    ['none', { inventory: { id: 'other' } }, 's3://inventories/uploads/daily/ has no inventory of the last 60 days'],
    ['too old', { inventory: { at: new Date(NOW - 9 * 86_400_000) } }, 'is 9 days old, and staleAfterDays is 8'],
    ['Parquet', { inventory: { manifest: { fileFormat: 'Parquet' } } }, 'replay reads CSV only'],
    ['altered', { damage: flipped }, 'it has been altered, or was damaged on its way'],
  ])('%s', async (_, change, sentence) => {
    const answer = await worldOf(change).replay({ reconcile: true });
    expect(answer).toMatchObject({ errorType: 'InventoryUnusable', errorMessage: expect.stringContaining(sentence) });
  });

  test('half a file is no file', async () => {
    const damage = (key: string, body: Buffer) => (key.endsWith('.gz') ? body.subarray(0, 60) : body);
    expect(await worldOf({ damage }).replay({ reconcile: true })).toMatchObject({ errorMessage: expect.any(String) });
  });
});
