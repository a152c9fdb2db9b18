import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalUserId } from '../../../emulator/index.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  DESTINATION_BUCKET,
  eventually,
  PREFIX,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const MIB = 1024 ** 2;
let world: TwoAccounts;

beforeAll(async () => {
  world = await startTwoAccounts();
});

afterAll(async () => {
  await world.cloud.settled();
  expect(world.cloud.unexpectedErrors).toEqual([]);
  expect(world.cloud.deliveryFailures).toEqual([]);
  await world.close();
});

const headOf = (key: string) =>
  world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key, ChecksumMode: 'ENABLED' }));

const delivered = (key: string) => eventually(() => headOf(key));

async function bytesAt(key: string): Promise<string> {
  const { Body } = await world.b.s3.send(new GetObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }));
  return digest(await Body!.transformToByteArray());
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function ownerOf(world_: 'a' | 'b', bucket: string, key: string): Promise<string | undefined> {
  const { Contents } = await world[world_].s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: key, FetchOwner: true }),
  );
  return Contents?.[0]?.Owner?.ID;
}

describe('a file dropped into the source bucket turns up in account B, owned by B', () => {
  test.each([
    ['plain.txt'],
    ['with spaces.txt'],
    ['1+1=2.txt'],
    ['100%2B sure.txt'],
    ['%41 stays.txt'],
    ['日本語/ファイル.txt'],
    ['party 🎉.txt'],
    ['folder/'],
    ['a//b/./c'],
    ['../climb.txt'],
    ['/leading.txt'],
    ['quote"\'`$(x)&<>.txt'],
    ['question?mark#hash.txt'],
    ['tab\tand\nnewline.txt'],
    [`long/${'é'.repeat(500)}`],
  ])('%j', async (key) => {
    const body = Buffer.from(`the bytes of ${key}`);
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: body }));
    await delivered(key);
    expect(await bytesAt(key)).toBe(digest(body));
    expect(await ownerOf('a', SOURCE_BUCKET, key)).toBe(canonicalUserId(ACCOUNT_A));
    expect(await ownerOf('b', DESTINATION_BUCKET, PREFIX + key)).toBe(canonicalUserId(ACCOUNT_B));
  });

  test.each([
    ['nothing', 0, undefined],
    ['a byte', 1, undefined],
    ['a byte less than 5 MiB', 5 * MIB - 1, undefined],
    ['5 MiB', 5 * MIB, undefined],
    ['a byte more than 5 MiB', 5 * MIB + 1, undefined],
    ['a byte less than is held in memory', MIB - 1, undefined],
    ['the most that is held in memory', MIB, undefined],
    ['a byte more', MIB + 1, undefined],
    ['a part but for a byte', 64 * MIB - 1, undefined],
    ['a part', 64 * MIB, undefined],
    ['a part and a byte', 64 * MIB + 1, 2],
  ])('%s: %i bytes', async (name, size, parts) => {
    const key = `sizes/${name}`;
    const body = Buffer.alloc(size, 'some text that repeats, but not at a power of two');
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: body }));
    const head = await delivered(key);
    expect(head.ContentLength).toBe(size);
    expect(head.ChecksumType).toBe('FULL_OBJECT');
    expect(Number(/-(\d+)"$/.exec(head.ETag!)?.[1]) || undefined).toBe(parts);
    expect(await bytesAt(key)).toBe(digest(body));
  });
});

describe('the checksum proof', () => {
  async function receiptFor(key: string) {
    const { payload } = await world.invoke({ key });
    return (payload as { receipts: { checksum: unknown; transfer: unknown }[] }).receipts[0]!;
  }

  test('a SHA-256, which no multipart upload can prove, is handed on with one PutObject, however large', async () => {
    const key = 'proof/sha256-large';
    const body = Buffer.alloc(70 * MIB, 'abc');
    await world.a.s3.send(
      new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: body, ChecksumAlgorithm: 'SHA256' }),
    );
    const head = await delivered(key);
    expect(head).toMatchObject({ ChecksumType: 'FULL_OBJECT', ChecksumSHA256: expect.any(String) });
    expect(await bytesAt(key)).toBe(digest(body));
    expect(await receiptFor(key)).toMatchObject({
      checksum: { algorithm: 'SHA256', origin: 'source' },
      transfer: { kind: 'single', parts: 1 },
    });
  });
});

describe('however an object came into being', () => {
  test('a multipart upload', async () => {
    const params = { Bucket: SOURCE_BUCKET, Key: 'kinds/multipart', Body: Buffer.alloc(12 * MIB, 'm') };
    await new Upload({ client: world.a.s3, params, partSize: 5 * MIB }).done();
    expect((await delivered('kinds/multipart')).ContentLength).toBe(12 * MIB);
  });

  test('an overwrite: the newest is what the destination holds', async () => {
    for (const Body of ['first', 'second', 'third and last']) {
      await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'kinds/overwritten', Body }));
    }
    await eventually(async () => (await headOf('kinds/overwritten')).ContentLength === 'third and last'.length);
  });
});

test('a thousand files of 10 kB dropped at once are a thousand files delivered', async () => {
  const keys = Array.from({ length: 1000 }, (_, index) => `thousand/${String(index).padStart(4, '0')}`);
  const body = Buffer.alloc(10_000, 'k');
  await Promise.all(
    keys.map((Key) => world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: body }))),
  );
  await world.cloud.settled();
  const { Contents = [] } = await world.b.s3.send(
    new ListObjectsV2Command({ Bucket: DESTINATION_BUCKET, Prefix: `${PREFIX}thousand/` }),
  );
  expect(Contents.map(({ Key }) => Key)).toEqual(keys.map((key) => PREFIX + key));
  expect(new Set(Contents.map(({ Size }) => Size))).toEqual(new Set([10_000]));
  expect(await world.deadLetters()).toEqual([]);
});
