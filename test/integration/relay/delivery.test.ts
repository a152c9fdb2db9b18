import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalUserId } from '../../../local/accounts.ts';
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
    ['5 MiB', 5 * MIB, undefined],
    ['the most that is held in memory', MIB, undefined],
    ['a byte more', MIB + 1, undefined],
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

test('headers and metadata travel along', async () => {
  const headers = {
    ContentType: 'text/csv; charset=utf-8',
    ContentEncoding: 'gzip',
    ContentLanguage: 'de',
    ContentDisposition: 'attachment; filename="x.csv"',
    CacheControl: 'max-age=60',
    Expires: new Date('2030-01-01T00:00:00Z'),
    Metadata: { project: 'relay', note: 'two words' },
  };
  for (const [key, body] of [
    ['headers/single', Buffer.from('x')],
    ['headers/stream', Buffer.alloc(9 * MIB)],
    ['headers/multipart', Buffer.alloc(70 * MIB)],
  ] as const) {
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: body, ...headers }));
    const { Expires: _, ...expected } = headers;
    const head = await delivered(key);
    expect(head).toMatchObject(expected);
    expect(head.ExpiresString).toBe('Tue, 01 Jan 2030 00:00:00 GMT');
  }
});

describe('the checksum proof', () => {
  async function receiptFor(key: string) {
    const { payload } = await world.invoke({ key });
    return (payload as { receipts: { checksum: unknown; transfer: unknown }[] }).receipts[0]!;
  }

  test.each([
    ['CRC64NVME', 'small', 10],
    ['CRC64NVME', 'large', 9 * MIB],
    ['CRC32', 'small', 10],
    ['CRC32C', 'large', 9 * MIB],
    ['SHA256', 'small', 10],
  ] as const)('%s of a %s object is handed on from the source', async (algorithm, name, size) => {
    const key = `proof/${algorithm}-${name}`;
    const put = new PutObjectCommand({
      Bucket: SOURCE_BUCKET,
      Key: key,
      Body: Buffer.alloc(size, 'z'),
      ChecksumAlgorithm: algorithm,
    });
    const stored = await world.a.s3.send(put);
    const head = await delivered(key);
    expect(head[`Checksum${algorithm}`]).toBe(stored[`Checksum${algorithm}`]);
    expect(await receiptFor(key)).toMatchObject({
      checksum: { algorithm, value: stored[`Checksum${algorithm}`], origin: 'source', verifiedBy: 'destination' },
    });
  });

  test('a SHA-256, which no multipart upload can prove, gives way to a CRC32 in transit', async () => {
    const key = 'proof/sha256-large';
    const body = Buffer.alloc(70 * MIB, 'abc');
    await world.a.s3.send(
      new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: body, ChecksumAlgorithm: 'SHA256' }),
    );
    const head = await delivered(key);
    expect(head).toMatchObject({ ChecksumType: 'FULL_OBJECT', ChecksumCRC32: expect.any(String) });
    expect(await bytesAt(key)).toBe(digest(body));
    expect(await receiptFor(key)).toMatchObject({
      checksum: { algorithm: 'CRC32', origin: 'transit' },
      transfer: { kind: 'multipart', parts: 2 },
    });
  });

  test('a composite checksum gives way to a CRC32 over the whole object', async () => {
    const key = 'proof/composite';
    const Bucket = SOURCE_BUCKET;
    const { UploadId } = await world.a.s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key: key, ChecksumAlgorithm: 'SHA256' }),
    );
    const part = { Bucket, Key: key, UploadId, PartNumber: 1, ChecksumAlgorithm: 'SHA256' as const };
    const { ETag, ChecksumSHA256 } = await world.a.s3.send(
      new UploadPartCommand({ ...part, Body: Buffer.from('one part') }),
    );
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, ChecksumSHA256 }] };
    await world.a.s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: key, UploadId, MultipartUpload }));
    await delivered(key);
    expect(await receiptFor(key)).toMatchObject({ checksum: { algorithm: 'CRC32', origin: 'transit' } });
  });
});

describe('every way an object can come into being', () => {
  test('a multipart upload', async () => {
    const params = { Bucket: SOURCE_BUCKET, Key: 'kinds/multipart', Body: Buffer.alloc(12 * MIB, 'm') };
    await new Upload({ client: world.a.s3, params, partSize: 5 * MIB }).done();
    expect((await delivered('kinds/multipart')).ContentLength).toBe(12 * MIB);
  });

  test('a copy', async () => {
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'kinds/original', Body: 'original' }));
    const CopySource = `${SOURCE_BUCKET}/kinds/original`;
    await world.a.s3.send(new CopyObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'kinds/copy', CopySource }));
    expect((await delivered('kinds/copy')).ContentLength).toBe(8);
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
