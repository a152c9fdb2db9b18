/** What a small object costs: requests and log bytes of a real batch of ten, and docs/cost.md, which adds them up. */
import { readFileSync } from 'node:fs';
import { PutObjectCommand, type PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Faults } from '../../../emulator/index.ts';
import { DOLLARS, OBJECTS_PER_INVOCATION, SMALL_OBJECT } from '../../../functions/core/prices.ts';
import {
  closeSound,
  disableMappings,
  RELAY_LOG_GROUP,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const OBJECT_BYTES = 10_000;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const BYTES_AROUND_A_LINE = 26;
const WRITE_UNIT_BYTES = 1024;
const MOST_DOLLARS = 7.4;

const page = readFileSync(new URL('../../../docs/cost.md', import.meta.url), 'utf8');
const faults = new Faults({ seed: 1 });
let world: TwoAccounts;

beforeAll(async () => {
  world = await startTwoAccounts({ change: disableMappings, faults });
  // The first batch has sessions to ask for, and an environment to start.
  await relayTen('warm-up');
  // A delay of nothing changes nothing, and its log names each request.
  faults.add({ name: 'seen', match: {}, when: { probability: 1 }, fault: { kind: 'delay', ms: 0 } });
});

afterAll(() => closeSound(world));

const keyOf = (name: string, index: number) => `statements/2026-01-15/${name}-${String(index).padStart(10, '0')}.csv`;

/** As the queue would hand them over. @returns what the relay logged, from START to REPORT */
async function relayTen(name: string): Promise<string[]> {
  const before = world.cloud.logs.lines(RELAY_LOG_GROUP).length;
  const indexes = [...Array(OBJECTS_PER_INVOCATION).keys()];
  const uploads = await Promise.all(
    indexes.map((index) =>
      world.a.s3.send(
        new PutObjectCommand({
          Bucket: SOURCE_BUCKET,
          Key: keyOf(name, index),
          Body: Buffer.alloc(OBJECT_BYTES, index),
        }),
      ),
    ),
  );
  faults.log.length = 0;
  const Records = uploads.map((upload, index) => messageOf(keyOf(name, index), upload));
  expect((await world.invoke({ Records })).payload).toEqual({ batchItemFailures: [] });
  return world.cloud.logs.lines(RELAY_LOG_GROUP).slice(before);
}

function messageOf(key: string, { VersionId, ETag }: PutObjectCommandOutput): object {
  const object = {
    key,
    size: OBJECT_BYTES,
    versionId: VersionId,
    eTag: JSON.parse(ETag!),
    sequencer: '0055AED6DCD90281E5',
  };
  const s3 = { bucket: { name: SOURCE_BUCKET }, object };
  const record = { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', eventTime: new Date().toISOString(), s3 };
  return { eventSource: 'aws:sqs', messageId: crypto.randomUUID(), body: JSON.stringify({ Records: [record] }) };
}

test('ten small objects take the requests and the log bytes that the prices say', async () => {
  const lines = await relayTen('counted');
  const counts: Record<string, number> = {};
  for (const { subject } of faults.log) {
    const request = `${subject.service} ${subject.operation}`;
    counts[request] = (counts[request] ?? 0) + 1;
  }
  const { puts, gets, itemWrites, logBytes } = SMALL_OBJECT;
  const { 'lambda Invoke': _, 's3 GetObject': reads, 's3 HeadObject': looks, ...rest } = counts;
  expect(reads! + looks!).toBe(gets * OBJECTS_PER_INVOCATION);
  expect(rest).toEqual({
    's3 PutObject': puts * OBJECTS_PER_INVOCATION,
    'dynamodb PutItem': itemWrites * OBJECTS_PER_INVOCATION,
  });
  expect([lines[0], lines.at(-1)].map((line) => line!.split(' ')[0])).toEqual(['START', 'REPORT']);
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(`${line}\n`) + BYTES_AROUND_A_LINE, 0);
  expect(bytes / OBJECTS_PER_INVOCATION).toBeLessThanOrEqual(logBytes);
  expect(bytes / OBJECTS_PER_INVOCATION).toBeGreaterThan(logBytes * 0.9);
});

test('a receipt fits into one write unit', async () => {
  const item = await world.ledgerItem(keyOf('warm-up', 0));
  const bytes = Object.entries(item!).reduce(
    (sum, [name, value]) => sum + name.length + Buffer.byteLength(`${value}`),
    0,
  );
  expect(item).toHaveProperty('checksumValue');
  expect(bytes).toBeLessThan(WRITE_UNIT_BYTES);
});

test('docs/cost.md adds up what the prices say, to 7.40 at most', () => {
  const { puts, gets, itemWrites, sqsRequests, logBytes } = SMALL_OBJECT;
  const gbSeconds = (0.3 / OBJECTS_PER_INVOCATION) * (384 / 1024);
  const costs: [RegExp, number][] = [
    [/^S3 PUT/, puts * DOLLARS.s3Put],
    [/^S3 GET/, gets * DOLLARS.s3Get],
    [/^DynamoDB write/, itemWrites * DOLLARS.itemWrite],
    [/^SQS/, sqsRequests * DOLLARS.sqsRequest],
    [/^Logs/, logBytes * DOLLARS.logByte],
    [/^Lambda arm64/, gbSeconds * DOLLARS.lambdaGbSecond],
    [/^Lambda requests/, DOLLARS.lambdaInvocation / OBJECTS_PER_INVOCATION],
    [/^Reconciliation: S3 LIST/, DOLLARS.s3Put / 1000],
    [/^Reconciliation: DynamoDB/, DOLLARS.itemRead],
    [/^Reconciliation: Lambda/, 0.000_45 * DOLLARS.lambdaGbSecond],
  ];
  const [, section] = /^## Per million small objects.*?\n(.*?)^## /ms.exec(page)!;
  const rows = section!.split('\n').filter((line) => line.startsWith('| '));
  const shown = rows.slice(1).map((row) => {
    const [, what, , , dollars] = row.replaceAll('*', '').split('|');
    return [what!.trim(), dollars!.trim()] as const;
  });
  expect(shown.slice(0, -1).map(([what]) => costs.findIndex(([name]) => name.test(what)))).toEqual([...costs.keys()]);
  for (const [index, [, dollars]] of costs.entries()) expect(shown[index]![1]).toBe((dollars * 1e6).toFixed(2));
  const total = costs.reduce((sum, [, dollars]) => sum + dollars * 1e6, 0);
  expect(shown.at(-1)).toEqual(['together', total.toFixed(2)]);
  expect(total).toBeLessThanOrEqual(MOST_DOLLARS);
});
