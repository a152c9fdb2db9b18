/** Replay's real bundle against what it could overlook: deliveries to another place, and objects that can't be read. */
import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReplaySummary } from '../../../functions/replay/replay-objects.ts';
import {
  changeSettings,
  eventually,
  LEDGER_TABLE,
  NO_PAUSES,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const HOUR_MS = 3_600_000;

let world: TwoAccounts;
/** By how much AWS's clock is behind. */
let behindMs = 0;

beforeAll(async () => {
  world = await startTwoAccounts({
    clock: () => Date.now() - behindMs,
    // What was handed out twice while the clock stood elsewhere is delivered once more.
    change: (stacks) => changeSettings(stacks, NO_PAUSES),
  });
});

afterAll(() => world.close());

function setBehind(ms: number): void {
  behindMs = ms;
  world.a.s3.config.systemClockOffset = -ms;
}

const drop = (Key: string, options: object = {}) =>
  world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: Key, ...options }));

const recorded = (key: string, status = 'delivered') =>
  eventually(async () => (await world.ledgerItem(key))?.['status'] === status);

const item = (key: string) => ({ TableName: LEDGER_TABLE, Key: { id: { S: `main/${key}` } } });

const loseReceipt = (key: string) => world.a.dynamodb.send(new DeleteItemCommand(item(key)));

/** As the receipt of a delivery under another configuration has it. */
const changeItem = (key: string, values: Record<string, string>) =>
  world.a.dynamodb.send(
    new UpdateItemCommand({
      ...item(key),
      UpdateExpression: `SET ${Object.keys(values).map((name) => `${name} = :${name}`)}`,
      ExpressionAttributeValues: Object.fromEntries(Object.entries(values).map(([name, S]) => [`:${name}`, { S }])),
    }),
  );

async function replay(event: object): Promise<ReplaySummary> {
  const { functionError, payload } = await world.invoke(event, 'upload-relay-replay:live');
  expect(functionError, JSON.stringify(payload)).toBeUndefined();
  return payload as ReplaySummary;
}

test('archived objects are counted at each firing, and make no dead letter', async () => {
  for (const [key, StorageClass] of [
    ['deep', 'DEEP_ARCHIVE'],
    ['flexible', 'GLACIER'],
    ['instant', 'GLACIER_IR'],
  ]) {
    await drop(`archive/${key}`, { StorageClass });
  }
  await recorded('archive/deep', 'failed');
  await recorded('archive/flexible', 'failed');
  await recorded('archive/instant');
  await world.deadLetters();
  for (let night = 1; night <= 2; night++) {
    expect(await replay({ prefix: 'archive/' })).toMatchObject({
      scanned: 3,
      alreadyDelivered: 1,
      archived: 2,
      sent: 0,
    });
  }
  await world.cloud.settled();
  expect(await world.deadLetters()).toEqual([]);
});

test('an upload in parts that took longer than the look-back is found, since S3 dates it from its beginning', async () => {
  await drop('parts/old');
  const place = { Bucket: SOURCE_BUCKET, Key: 'parts/long' };
  setBehind(30 * HOUR_MS);
  const { UploadId } = await world.a.s3.send(new CreateMultipartUploadCommand(place));
  await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'parts/old', Body: 'old' }));
  setBehind(0);
  const part = { PartNumber: 1, ...place, UploadId };
  const { ETag } = await world.a.s3.send(new UploadPartCommand({ ...part, Body: 'x' }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await world.a.s3.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload }));
  const { LastModified } = await world.a.s3.send(new HeadObjectCommand(place));
  expect(Date.now() - LastModified!.getTime()).toBeGreaterThan(29 * HOUR_MS);
  // As if its event had never come. Both uploads of parts/old must be relayed first, or the second records it again.
  await world.cloud.settled();
  for (const key of ['parts/long', 'parts/old']) {
    await recorded(key);
    await loseReceipt(key);
  }
  expect(await replay({ prefix: 'parts/', newerThanHours: 24 })).toMatchObject({ scanned: 2, sent: 1 });
  await recorded('parts/long');
  expect(await world.ledgerItem('parts/old')).toBeUndefined();
});

describe('a route that leads elsewhere by now', () => {
  test.each([
    ['its prefix', { destinationKey: 'elsewhere/moved' }],
    ['its bucket', { destinationBucket: 'the-bucket-before' }],
    ['the account of its bucket', { destinationAccount: '333333333333' }],
    ['the bucket that it takes from', { sourceBucket: 'the-source-before' }],
  ])('has nothing delivered there: %s has been changed', async (_, before) => {
    await drop('moved');
    await recorded('moved');
    await world.cloud.settled();
    expect(await replay({ prefix: 'moved' })).toMatchObject({ alreadyDelivered: 1, sent: 0 });
    await changeItem('moved', before);
    expect(await replay({ prefix: 'moved' })).toMatchObject({ alreadyDelivered: 0, sent: 1 });
    await eventually(async () => {
      const item = await world.ledgerItem('moved');
      return Object.entries(before).every(([name, value]) => item?.[name] !== value);
    });
    expect(await replay({ prefix: 'moved' })).toMatchObject({ alreadyDelivered: 1, sent: 0 });
  });
});
