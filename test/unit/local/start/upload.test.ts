/** Files that change between their listing and their turn. */
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { LocalCloud } from '../../../../emulator/index.ts';
import { awsClients } from '../../../../local/aws-clients.ts';
import { dropsOf } from '../../../../local/start/drops.ts';
import { planOf } from '../../../../local/start/plan.ts';
import { Tally } from '../../../../local/start/tally.ts';
import { dropAll } from '../../../../local/start/upload.ts';
import { A } from '../../../support/deliveries.ts';
import { aRoute } from '../../../support/relay.ts';

const MIB = 1024 ** 2;
const BUCKET = 'source';

let cloud: LocalCloud;
let s3: S3Client;
let folder: string;

beforeAll(async () => {
  cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: [A] });
  s3 = awsClients(cloud, { region: 'us-east-1', credentials: cloud.operator(A) }).s3;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
});

afterAll(() => cloud.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-upload-'));
  return () => rm(folder, { recursive: true });
});

/** So many parts that some are still to be read when the first has been sent. */
const SIZE = 40 * MIB;

/** Two files are listed, and something happens before the first is read, or while it is. */
async function dropping({
  before,
  meanwhile,
}: {
  before?: (path: string) => unknown;
  meanwhile?: (path: string) => void;
}) {
  const path = join(folder, 'changing');
  await writeFile(path, Buffer.alloc(SIZE));
  await writeFile(join(folder, 'other'), '1');
  const tally = new Tally(
    planOf(await dropsOf([path, join(folder, 'other')]), { bucket: BUCKET, routes: [aRoute()] }).deliveries,
  );
  await before?.(path);
  const { sent } = tally;
  const signal = new AbortController();
  tally.sent = (drop, bytes) => {
    if (drop.path === path) meanwhile?.(path);
    sent.call(tally, drop, bytes);
  };
  await dropAll(s3, BUCKET, tally.deliveries, tally, signal.signal);
  return tally;
}

async function keysInBucket() {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'changing' }));
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
  return [...Contents, ...Uploads].map(({ Key }) => Key);
}

test.each<[string, (path: string) => unknown, string]>([
  ['has gone', unlink, 'there is no such file or folder'],
  [
    'has become a FIFO',
    async (path) => {
      await unlink(path);
      execFileSync('mkfifo', [path]);
    },
    'a FIFO',
  ],
])('one that %s when its turn comes is skipped, and the others go on', async (_, before, reason) => {
  const tally = await dropping({ before });
  expect(tally.skippedDrops).toEqual([{ path: join(folder, 'changing'), reason }]);
  expect(tally.deliveries.map(({ drop, droppedAt }) => [drop.key, droppedAt !== undefined])).toEqual([['other', true]]);
  expect(await keysInBucket()).toEqual([]);
});

test('one that changes while it is read has failed, and nothing of it stays', async () => {
  const tally = await dropping({ meanwhile: (path) => appendFileSync(path, 'more') });
  expect(tally.deliveries.map(({ failure }) => failure)).toEqual([
    'not uploaded: the file changed while it was read',
    undefined,
  ]);
  expect(await keysInBucket()).toEqual([]);
});

test('one that has grown since is uploaded as it is now', async () => {
  const tally = await dropping({ before: (path) => appendFile(path, 'more') });
  const [{ drop, failure }] = tally.deliveries as [(typeof tally.deliveries)[number]];
  expect({ size: drop.sizeBytes, failure }).toEqual({ size: SIZE + 4, failure: undefined });
  expect(await keysInBucket()).toEqual(['changing']);
});
