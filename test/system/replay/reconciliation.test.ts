/** The daily reconciliation, from cdk.json to its alarm: the queue is purged, and the bucket's inventory lies in another bucket. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalCloud, readAssembly } from '../../../emulator/index.ts';
import type { ReplaySummary } from '../../../functions/replay/replay-objects.ts';
import { synthesize } from '../../../local/synth.ts';
import { type InventoryRow, putInventory, rowOf, VERSION_COLUMNS } from '../../support/inventory.ts';
import { committedContext } from '../../support/stacks.ts';
import {
  ACCOUNT_A,
  changeSettings,
  DESTINATION_BUCKET,
  disableMappings,
  PREFIX,
  REGION,
  SOURCE_BUCKET,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';

const BUCKET = 'company-inventories';
const SCHEDULE_ARN = `arn:aws:scheduler:${REGION}:${ACCOUNT_A}:schedule/upload-relay/_reconciliation`;
/** Everything that a key may be. */
const KEYS = ['with spaces.txt', '1+1=2', '100%2B sure', '日本語/ファイル', 'two\nlines', 'a\'b"c&d<e>,f'];

let world: TwoAccounts;
let assembly: string;

beforeAll(async () => {
  const context = committedContext();
  context.relay = { reconciliation: { inventory: { bucket: BUCKET, prefix: 'lists', id: 'daily' } } };
  assembly = await mkdtemp(join(tmpdir(), 'upload-relay-reconciliation-'));
  await synthesize(assembly, context);
  const stacks = readAssembly(assembly);
  disableMappings(stacks);
  const inventory = { bucket: BUCKET, folder: `lists/${SOURCE_BUCKET}/daily/`, staleAfterDays: 8 };
  // Seconds old is old enough here.
  changeSettings(stacks, { reconciliation: { missingAfterSeconds: 0.001, inventory } }, 'upload-relay-replay');
  world = twoAccountsOf(await LocalCloud.start({ stacks }));
  await world.a.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
}, 120_000);

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
  await rm(assembly, { recursive: true });
});

async function reconcile(): Promise<ReplaySummary> {
  const outcome = await world.cloud.scheduler.fire(SCHEDULE_ARN);
  return JSON.parse(outcome!.payload) as ReplaySummary;
}

async function put(Key: string): Promise<InventoryRow> {
  await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: Key }));
  const { ETag, ContentLength, LastModified, VersionId } = await world.a.s3.send(
    new HeadObjectCommand({ Bucket: SOURCE_BUCKET, Key }),
  );
  const row = rowOf(Key, { eTag: ETag!, sizeBytes: ContentLength!, lastModified: LastModified! });
  return { ...row, VersionId: VersionId!, IsLatest: 'true', IsDeleteMarker: 'false' };
}

function alarm(): string | undefined {
  return world.cloud.cloudWatch.evaluateAlarms()['upload-relay-objects-missing'];
}

test('uploads that a purged queue has lost are heard of within a day, relayed, and told once', async () => {
  const QueueUrl = world.cloud.outputs('upload-relay-source')['QueueUrl']!;
  const rows = await Promise.all(KEYS.map(put));
  const gone = await put('deleted since');
  await world.a.s3.send(new DeleteObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'deleted since' }));
  await world.a.sqs.send(new PurgeQueueCommand({ QueueUrl }));
  const old = { ...rows[0]!, VersionId: 'old', IsLatest: 'false', ETag: 'old' };
  const files = [
    [old, ...rows.slice(0, 2)],
    [gone, ...rows.slice(2)],
  ];
  const inventory = { bucket: BUCKET, prefix: 'lists', sourceBucket: SOURCE_BUCKET, columns: VERSION_COLUMNS, files };
  await putInventory(world.a.s3, inventory);

  expect(await reconcile()).toMatchObject({
    scanned: KEYS.length + 1,
    missing: KEYS.length,
    sent: KEYS.length,
    inventory: expect.stringMatching(/^lists\/.*Z\/manifest\.json$/),
  });
  expect(alarm()).toBe('ALARM');
  const messages = await world.take(QueueUrl);
  expect(messages.map(({ Body }) => JSON.parse(Body!).key).toSorted()).toEqual(KEYS.toSorted());
  for (const { Body } of messages) await world.invoke(JSON.parse(Body!));
  for (const key of KEYS)
    await world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }));

  expect(await reconcile()).toMatchObject({
    scanned: KEYS.length + 1,
    alreadyDelivered: KEYS.length,
    missing: 0,
    sent: 0,
  });
  expect(await world.deadLetters()).toEqual([]);
});

test('what failed since its upload is counted, and not sent again each day', async () => {
  const QueueUrl = world.cloud.outputs('upload-relay-source')['QueueUrl']!;
  const Key = 'archived';
  const StorageClass = 'GLACIER';
  await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: 'x', StorageClass }));
  await world.invoke({ key: Key });
  await world.take(QueueUrl);
  expect((await world.ledgerItem(Key))?.['reasonCode']).toBe('SourceArchived');
  const { ETag, LastModified } = await world.a.s3.send(new HeadObjectCommand({ Bucket: SOURCE_BUCKET, Key }));
  const row = rowOf(Key, { eTag: ETag!, sizeBytes: 1, lastModified: LastModified! });
  const at = new Date(Date.now() + 60_000);
  await putInventory(world.a.s3, { bucket: BUCKET, prefix: 'lists', sourceBucket: SOURCE_BUCKET, at, files: [[row]] });
  expect(await reconcile()).toMatchObject({ scanned: 1, failed: 1, missing: 0, sent: 0 });
});
