/** Routes that pull from a customer's account: its bucket grants nothing to anybody, and nothing tells of its uploads. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Faults } from '../../../emulator/index.ts';
import type { ReplayAnswer } from '../../../functions/handlers/replay.ts';
import { smallLarge } from '../../support/large.ts';
import {
  CUSTOMER_BUCKET,
  type PullingWorld,
  REPORTS_BUCKET,
  REPORTS_READER_ROLE_ARN,
  startPullingWorld,
} from '../../support/pulling.ts';
import { lambdaKeys } from '../../support/sessions.ts';
import {
  ACCOUNT_A,
  DESTINATION_BUCKET,
  eventually,
  LEDGER_TABLE,
  RELAY_ROLE_ARN,
  SOURCE_BUCKET,
} from '../../support/two-accounts.ts';

const KEYS = ['a.txt', 'with spaces +1.txt', '日本語/ファイル.json', 'empty'];
const LARGE_BYTES = 9 * 1024 ** 2;

let world: PullingWorld;
const faults = new Faults({ seed: 1 });

beforeAll(async () => {
  world = await startPullingWorld((stacks) => smallLarge(stacks), faults);
  for (const key of KEYS) await put(CUSTOMER_BUCKET, key, key === 'empty' ? '' : `first ${key}`);
});

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
});

function put(Bucket: string, Key: string, Body: string, Tagging?: string) {
  return world.c.s3.send(new PutObjectCommand({ Bucket, Key, Body, Tagging }));
}

async function replay(event: object): Promise<ReplayAnswer> {
  const { functionError, payload } = await world.invoke(event, 'upload-relay-replay:live');
  expect(functionError, JSON.stringify(payload)).toBeUndefined();
  return payload as ReplayAnswer;
}

async function receipt(id: string): Promise<Record<string, string | undefined> | undefined> {
  const command = new GetItemCommand({ TableName: LEDGER_TABLE, Key: { id: { S: id } }, ConsistentRead: true });
  const { Item } = await world.a.dynamodb.send(command);
  return Item && Object.fromEntries(Object.entries(Item).map(([name, { S, N }]) => [name, S ?? N]));
}

const recorded = (id: string, eTag?: string) =>
  eventually(async () => {
    const item = await receipt(id);
    return item?.['status'] === 'delivered' && (eTag === undefined || item['sourceETag'] === eTag) && item;
  });

async function arrived(key: string, prefix = 'customer/'): Promise<string> {
  const there = { Bucket: DESTINATION_BUCKET, Key: `${prefix}${key}` };
  const { Body } = await world.b.s3.send(new GetObjectCommand(there));
  return Body!.transformToString();
}

describe('a replay by the name of the route', () => {
  test('pulls everything that is there', async () => {
    expect(await replay({ route: 'customer' })).toMatchObject({
      status: 'done',
      scanned: KEYS.length,
      sent: KEYS.length,
    });
    for (const key of KEYS) {
      expect(await recorded(`customer/${key}`)).toMatchObject({ sourceBucket: CUSTOMER_BUCKET });
      expect(await arrived(key)).toBe(key === 'empty' ? '' : `first ${key}`);
    }
  });

  test('sends nothing when everything has its receipt', async () => {
    expect(await replay({ route: 'customer' })).toMatchObject({ scanned: KEYS.length, sent: 0 });
  });

  test('leaves alone the canaries of a relay that the customer has: no route takes them, so nothing of them can be missing', async () => {
    const Key = 'upload-relay-canary/main/canary';
    await put(CUSTOMER_BUCKET, Key, 'the customer’s');
    const { payload } = await world.invoke({ key: Key, route: 'customer' });
    expect(payload).toMatchObject({ errorType: 'UnknownRoute' });
    expect(await replay({ route: 'customer' })).toMatchObject({ scanned: KEYS.length + 1, sent: 0 });
    const audited = await world.invoke({ audit: { route: 'customer' } }, 'upload-relay-replay:live');
    expect(audited.payload).toMatchObject({ lines: KEYS.length, byStatus: { missing: 0 } });
    await world.c.s3.send(new DeleteObjectCommand({ Bucket: CUSTOMER_BUCKET, Key }));
  });

  test('pulls again what was overwritten, and only that', async () => {
    const { ETag } = await put(CUSTOMER_BUCKET, 'a.txt', 'second');
    expect(await replay({ route: 'customer' })).toMatchObject({ sent: 1, bytes: 6 });
    await recorded('customer/a.txt', ETag);
    expect(await arrived('a.txt')).toBe('second');
  });

  test('pulls what only begins with a prefix, if that is asked for', async () => {
    expect(await replay({ route: 'customer', prefix: '日本', only: 'all' })).toMatchObject({ scanned: 1, sent: 1 });
  });

  test('hands a large object to workers, who read through the same role', async () => {
    await world.cloud.s3.putSparseObject({ bucket: CUSTOMER_BUCKET, key: 'large.bin', sizeBytes: LARGE_BYTES });
    expect(await replay({ route: 'customer' })).toMatchObject({ sent: 1, bytes: LARGE_BYTES });
    expect(await recorded('customer/large.bin')).toMatchObject({ transferKind: 'large', checksumOrigin: 'source' });
    const there = { Bucket: DESTINATION_BUCKET, Key: 'customer/large.bin' };
    expect(await world.b.s3.send(new HeadObjectCommand(there))).toMatchObject({ ContentLength: LARGE_BYTES });
  });
});

describe('a bucket with versions and a key of its own, from a prefix on', () => {
  beforeAll(async () => {
    await put(REPORTS_BUCKET, 'reports/january.csv', 'old');
    await put(REPORTS_BUCKET, 'reports/january.csv', 'a,b', 'class=secret');
    await put(REPORTS_BUCKET, 'private.csv', 'not for the vendor');
  });

  test('what lies under the prefix is pulled, with its tags', async () => {
    expect(await replay({ route: 'reports' })).toMatchObject({ scanned: 1, sent: 1 });
    const item = await recorded('reports/reports/january.csv');
    expect(item['sourceVersionId']).toBeDefined();
    expect(await arrived('reports/january.csv', 'customer-2/')).toBe('a,b');
    const there = { Bucket: DESTINATION_BUCKET, Key: 'customer-2/reports/january.csv' };
    const { TagSet } = await world.b.s3.send(new GetObjectTaggingCommand(there));
    expect(TagSet).toEqual([{ Key: 'class', Value: 'secret' }]);
  });

  test('an object of several parts is read by its ETag, since older versions are not the vendor’s to read', async () => {
    await world.cloud.s3.putSparseObject({ bucket: REPORTS_BUCKET, key: 'reports/large.bin', sizeBytes: LARGE_BYTES });
    await replay({ route: 'reports' });
    expect(await recorded('reports/reports/large.bin')).toMatchObject({ transferKind: 'large' });
  });

  test('an object that was deleted before its turn is told apart from a forbidden one', async () => {
    const Key = 'reports/gone.csv';
    await put(REPORTS_BUCKET, Key, 'x');
    await world.c.s3.send(new DeleteObjectCommand({ Bucket: REPORTS_BUCKET, Key }));
    const { payload } = await world.invoke({ key: Key, route: 'reports' });
    expect(payload).toMatchObject({ errorType: 'SourceMissing' });
  });

  test.each(['reports/january.csv', 'private.csv'])('the role itself reads no version of %s by its id', async (Key) => {
    const { VersionId } = await world.c.s3.send(new HeadObjectCommand({ Bucket: REPORTS_BUCKET, Key }));
    const reader = world.as(readerKeys());
    const get = reader.s3.send(new GetObjectCommand({ Bucket: REPORTS_BUCKET, Key, VersionId }));
    await expect(get).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('by hand', () => {
  test('a request that names the route is about its bucket', async () => {
    const { payload } = await world.invoke({ key: 'a.txt', route: 'customer' });
    expect(payload).toMatchObject({
      receipts: [{ status: 'delivered', route: 'customer', source: { bucket: CUSTOMER_BUCKET, key: 'a.txt' } }],
    });
  });
});

describe('a session of the reader role that expires', () => {
  const expiring = (operation: string) => {
    const fault = { kind: 'expire-credentials' } as const;
    return faults.add({ name: operation, match: { operation, bucket: CUSTOMER_BUCKET }, when: { nth: 1 }, fault });
  };
  afterEach(() => faults.clear());

  test.each(['GetObject', 'HeadObject'])('at %s of the relay is replaced by a new one', async (operation) => {
    const expired = expiring(operation);
    const { payload } = await world.invoke({ key: 'a.txt', route: 'customer' });
    expect(payload).toMatchObject({ receipts: [{ status: 'delivered', attempts: 2 }] });
    expect(expired.injected).toBe(1);
  });

  test('at a listing of replay is replaced as well', async () => {
    const expired = expiring('ListObjectsV2');
    expect(await replay({ route: 'customer' })).toMatchObject({ status: 'done', sent: 0 });
    expect(expired.injected).toBe(1);
  });
});

describe('the relay’s own bucket has nothing to do with it', () => {
  test('what is dropped there takes no route that pulls', async () => {
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'dropped', Body: 'x' }));
    await recorded('main/dropped');
    const { payload } = await world.invoke({ key: 'dropped' });
    expect((payload as { receipts: { route: string }[] }).receipts.map(({ route }) => route)).toEqual(['main']);
    expect(await receipt('customer/dropped')).toBeUndefined();
  });

  test('a replay that names no route looks through it alone', async () => {
    expect(await replay({ only: 'all' })).toMatchObject({ scanned: 1, sent: 1 });
  });
});

describe('nobody is granted anything on the bucket but the reader role', () => {
  const relay = () => world.as(lambdaKeys(world, RELAY_ROLE_ARN));
  const replayRole = () => world.as(lambdaKeys(world, `arn:aws:iam::${ACCOUNT_A}:role/upload-relay-replay`));

  test.each([
    ['the relay', relay],
    ['replay', replayRole],
    ['account A’s administrator', () => world.a],
  ])('%s by itself may neither list nor read', async (_, who) => {
    const { s3 } = who();
    const list = s3.send(new ListObjectsV2Command({ Bucket: CUSTOMER_BUCKET }));
    await expect(list).rejects.toMatchObject({ name: 'AccessDenied' });
    const get = s3.send(new GetObjectCommand({ Bucket: CUSTOMER_BUCKET, Key: 'a.txt' }));
    await expect(get).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

/** Of the reader role with all its rights. */
function readerKeys() {
  const { directory } = world.cloud;
  const role = directory.findRoleByArn(REPORTS_READER_ROLE_ARN)!;
  const { accessKeyId, secretAccessKey, sessionToken } = directory.issueSession({
    role,
    sessionName: 'test',
    durationSeconds: 3600,
  });
  return { accessKeyId, secretAccessKey, sessionToken };
}
