/** How long `npm start` waits, and what it takes for an arrival. */
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { canonicalUserId, LocalCloud } from '../../../../emulator/index.ts';
import { awsClients } from '../../../../local/aws-clients.ts';
import type { DeadLetters } from '../../../../local/start/dead-letters.ts';
import type { Delivery } from '../../../../local/start/delivery.ts';
import { bytesOfParts } from '../../../../local/start/relayed-parts.ts';
import { Tally } from '../../../../local/start/tally.ts';
import { awaitDeliveries, presentAt } from '../../../../local/start/wait.ts';
import { aPlannedDelivery, B } from '../../../support/deliveries.ts';

const MIB = 1024 ** 2;
const Bucket = 'destination';

let cloud: LocalCloud;
let s3: S3Client;
let owners: Map<string, S3Client>;
let now: number;

beforeAll(async () => {
  cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: [B] });
  s3 = awsClients(cloud, { region: 'us-east-1', credentials: cloud.operator(B) }).s3;
  owners = new Map([[B, s3]]);
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(() => cloud.close());

beforeEach(() => {
  now = 0;
});

const put = ({ destinationKey }: Delivery, Body: string) =>
  s3.send(new PutObjectCommand({ Bucket, Key: destinationKey, Body, ChecksumAlgorithm: 'CRC32' }));

async function startWaiting(deliveries: Delivery[]) {
  const tally = new Tally(deliveries, {}, () => now);
  const interruption = new AbortController();
  const none = { of: async () => [] } as unknown as DeadLetters;
  const present = await presentAt(owners, deliveries);
  return { tally, interruption, waiting: awaitDeliveries(owners, present, none, tally, interruption.signal) };
}

async function looked(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 300));
}

test('an object that was there before is none that arrives, until it is overwritten', async () => {
  const delivery = aPlannedDelivery('here before', 5);
  await put(delivery, 'older');
  const { tally, waiting } = await startWaiting([delivery]);
  await looked();
  expect(tally.counts().delivered).toBe(0);
  await put(delivery, 'newer');
  await waiting;
  expect(delivery.proof).toEqual({
    holds: false,
    text: 'its file can’t be read again: there is no such file or folder',
  });
  expect(delivery.destinationOwner).toBe(canonicalUserId(B));
  expect(tally.counts().delivered).toBe(1);
});

test('as long as something moves it waits, and gives up when nothing does', async () => {
  const deliveries = [aPlannedDelivery('uploading', MIB), aPlannedDelivery('never comes', MIB)];
  const { tally, waiting } = await startWaiting(deliveries);
  for (let part = 1; part <= 4; part++) {
    now += 100_000;
    tally.sent(deliveries[0]!.drop, part);
    await looked();
  }
  expect(tally.counts().failed).toBe(0);
  now += 121_000;
  await waiting;
  expect(deliveries.map(({ failure }) => failure)).toEqual(Array(2).fill('nothing moved for 120 s'));
});

test('an interruption ends the waiting', async () => {
  const { interruption, waiting } = await startWaiting([aPlannedDelivery('never comes')]);
  interruption.abort();
  await waiting;
});

test('parts of an object that isn’t complete are movement, and account B sees them', async () => {
  const delivery = aPlannedDelivery('+ große\u0001', 20 * MIB);
  expect(await bytesOfParts(owners, [delivery])).toBe(0);
  for (const parts of [1, 2]) {
    const Key = delivery.destinationKey;
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    for (let PartNumber = 1; PartNumber <= parts; PartNumber++) {
      await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: Buffer.alloc(5 * MIB) }));
    }
  }
  await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'of somebody else' }));
  expect(await bytesOfParts(owners, [delivery])).toBe(10 * MIB);

  const { tally, interruption, waiting } = await startWaiting([delivery]);
  await expect.poll(() => tally.counts().relayed.bytes, { timeout: 30_000 }).toBe(10 * MIB);
  interruption.abort();
  await waiting;
});
