import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  type UploadPartCommandInput,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ChecksumAlgorithm, runningChecksum } from '../../../services/s3/body/checksums.ts';
import { S3Fixture } from './s3-fixture.ts';

const Bucket = 'multipart';
const MIB = 1024 * 1024;
const FIRST = randomBytes(5 * MIB);
const LAST = randomBytes(1000);
const WHOLE = Buffer.concat([FIRST, LAST]);

let fixture: S3Fixture;
/** Computes no checksums of its own accord, so that each test says what is sent. */
let client: S3Client;

beforeAll(async () => {
  fixture = await S3Fixture.start();
  client = fixture.root(undefined, { requestChecksumCalculation: 'WHEN_REQUIRED' });
  fixture.createBucket(Bucket);
});

afterEach(() => fixture.endTest());

afterAll(() => fixture.close());

async function checksumOf(algorithm: ChecksumAlgorithm, bytes: Buffer): Promise<string> {
  const running = runningChecksum(algorithm);
  running.update(bytes);
  return (await running.digest()).toString('base64');
}

interface Started {
  Bucket: string;
  Key: string;
  UploadId: string;
}

async function start(Key: string, options: Partial<CreateMultipartUploadCommandInput> = {}): Promise<Started> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...options }));
  return { Bucket, Key, UploadId: UploadId! };
}

async function upload(to: Started, parts: Buffer[], options: Partial<UploadPartCommandInput> = {}) {
  const listed = [];
  for (const [index, Body] of parts.entries()) {
    const PartNumber = index + 1;
    const { $metadata, ...part } = await client.send(new UploadPartCommand({ ...to, PartNumber, Body, ...options }));
    listed.push({ PartNumber, ...part });
  }
  return listed;
}

function complete(
  to: Started,
  Parts: { PartNumber: number; ETag?: string | undefined }[],
  options: Partial<CompleteMultipartUploadCommandInput> = {},
) {
  return client.send(new CompleteMultipartUploadCommand({ ...to, MultipartUpload: { Parts }, ...options }));
}

async function contentOf(Key: string): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
  return Buffer.from(await Body!.transformToByteArray());
}

describe('the life of an upload', () => {
  test('the parts become one object, and nobody sees it before', async () => {
    const files = await fixture.filesOnDisk();
    const to = await start('k', { Metadata: { a: '1' }, ContentType: 'text/plain', Tagging: 't=1' });
    const parts = await upload(to, [FIRST, LAST]);
    await expect(contentOf('k')).rejects.toMatchObject({ name: 'NoSuchKey' });
    const listed = await client.send(new ListPartsCommand({ ...to, MaxParts: 1 }));
    expect(listed).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '1', Parts: [{ Size: FIRST.length }] });
    const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'k' }));
    expect(uploads.Uploads).toMatchObject([{ Key: 'k', UploadId: to.UploadId }]);

    const done = await complete(to, parts, { MpuObjectSize: WHOLE.length });
    const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest();
    expect(done.ETag).toBe(`"${md5(Buffer.concat([md5(FIRST), md5(LAST)])).toString('hex')}-2"`);
    expect(done).toMatchObject({
      ChecksumCRC64NVME: await checksumOf('CRC64NVME', WHOLE),
      ChecksumType: 'FULL_OBJECT',
    });
    expect(Buffer.compare(await contentOf('k'), WHOLE)).toBe(0);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'k', PartNumber: 2 }));
    expect(head).toMatchObject({ PartsCount: 2, ContentLength: 1000, Metadata: { a: '1' }, ContentType: 'text/plain' });
    const across = await client.send(
      new GetObjectCommand({ Bucket, Key: 'k', Range: `bytes=${FIRST.length - 2}-${FIRST.length + 1}` }),
    );
    expect(await across.Body?.transformToByteArray()).toEqual(
      new Uint8Array(WHOLE.subarray(FIRST.length - 2, FIRST.length + 2)),
    );
    expect(fixture.events).toMatchObject([
      { key: 'k', sizeBytes: WHOLE.length, eventName: 'ObjectCreated:CompleteMultipartUpload' },
    ]);
    expect(await fixture.filesOnDisk()).toBe(files + 2);
  });

  test('an aborted upload leaves nothing', async () => {
    const files = await fixture.filesOnDisk();
    const to = await start('aborted');
    const parts = await upload(to, [FIRST, FIRST]);
    await client.send(new AbortMultipartUploadCommand(to));
    expect(await fixture.filesOnDisk()).toBe(files);
    await expect(upload(to, [LAST])).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await expect(complete(to, parts)).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await expect(client.send(new AbortMultipartUploadCommand(to))).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  test('a part sent again takes the place of the first, and parts left out take no room', async () => {
    const files = await fixture.filesOnDisk();
    const to = await start('again');
    await upload(to, [FIRST, FIRST, FIRST]);
    const [part] = await upload(to, [LAST]);
    await complete(to, [part!]);
    expect(Buffer.compare(await contentOf('again'), LAST)).toBe(0);
    expect(await fixture.filesOnDisk()).toBe(files + 1);
  });

  test('parts can be copied from objects', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'whole', Body: WHOLE }));
    const to = await start('from-copies');
    const CopySource = `${Bucket}/whole`;
    const ranges = [`bytes=0-${FIRST.length - 1}`, `bytes=${FIRST.length}-${WHOLE.length - 1}`];
    const parts = [];
    for (const [index, CopySourceRange] of ranges.entries()) {
      const PartNumber = index + 1;
      const copy = new UploadPartCopyCommand({ ...to, PartNumber, CopySource, CopySourceRange });
      parts.push({ PartNumber, ETag: (await client.send(copy)).CopyPartResult?.ETag });
    }
    const done = await complete(to, parts);
    expect(done.ChecksumCRC64NVME).toBe(await checksumOf('CRC64NVME', WHOLE));
    expect(Buffer.compare(await contentOf('from-copies'), WHOLE)).toBe(0);
  });

  test.each(['CRC32', 'SHA256'] as const)(
    'lib-storage uploads a stream of unknown length with %s',
    async (algorithm) => {
      const sdk = fixture.root();
      const Body = Readable.from([FIRST, LAST], { objectMode: false });
      const Key = `lib-${algorithm}`;
      const params = { Bucket, Key, Body, ChecksumAlgorithm: algorithm };
      await new Upload({ client: sdk, params, partSize: 5 * MIB }).done();
      expect(Buffer.compare(await contentOf(Key), WHOLE)).toBe(0);
      const head = await sdk.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      expect(head[`Checksum${algorithm}`]).toMatch(/-2$/);
      expect(head.ChecksumType).toBe('COMPOSITE');
    },
  );
});

describe('what Complete refuses', () => {
  test.each<[string, (parts: { PartNumber: number; ETag?: string | undefined }[]) => typeof parts, string]>([
    ['parts out of order', ([a, b]) => [b!, a!], 'InvalidPartOrder'],
    ['a part twice', ([a]) => [a!, a!], 'InvalidPartOrder'],
    ['a part that was never sent', (parts) => [...parts, { PartNumber: 9, ETag: '"x"' }], 'InvalidPart'],
    ['the ETag of another part', ([a, b]) => [a!, { ...b!, ETag: a!.ETag }], 'InvalidPart'],
    ['no parts', () => [], 'MalformedXML'],
  ])('%s', async (name, change, code) => {
    const to = await start(name);
    const parts = await upload(to, [FIRST, LAST]);
    await expect(complete(to, change(parts))).rejects.toMatchObject({ name: code });
    await complete(to, parts);
  });

  test('a part below 5 MiB that is not the last', async () => {
    const to = await start('small');
    const parts = await upload(to, [LAST, LAST]);
    await expect(complete(to, parts)).rejects.toMatchObject({ name: 'EntityTooSmall', ProposedSize: '1000' });
  });

  test('a size that differs', async () => {
    const to = await start('size');
    const parts = await upload(to, [LAST]);
    await expect(complete(to, parts, { MpuObjectSize: 1 })).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  test('an object that is there already, if asked to', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'there', Body: 'there' }));
    const to = await start('there');
    const parts = await upload(to, [LAST]);
    await expect(complete(to, parts, { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(complete(to, parts, { IfMatch: '"x"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect((await contentOf('there')).toString()).toBe('there');
    await complete(to, parts);
    expect(Buffer.compare(await contentOf('there'), LAST)).toBe(0);
  });

  test.each([0, 10_001])('the part number %i is none', async (PartNumber) => {
    const to = await start('numbers');
    await expect(upload(to, [LAST], { PartNumber })).rejects.toMatchObject({ name: 'InvalidArgument' });
  });
});

describe('checksums of an upload', () => {
  test.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
    'a full-object %s is verified though no part had one',
    async (algorithm) => {
      const to = await start(`full-${algorithm}`, { ChecksumAlgorithm: algorithm, ChecksumType: 'FULL_OBJECT' });
      const parts = await upload(to, [FIRST, LAST]);
      const listed = parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
      const element = `Checksum${algorithm}`;
      const wrong = { [element]: await checksumOf(algorithm, LAST), ChecksumType: 'FULL_OBJECT' as const };
      await expect(complete(to, listed, wrong)).rejects.toMatchObject({
        name: 'BadDigest',
        message: `The ${algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
      });
      await expect(complete(to, listed, { ChecksumType: 'COMPOSITE' })).rejects.toMatchObject({
        name: 'InvalidRequest',
      });
      const right = { ...wrong, [element]: await checksumOf(algorithm, WHOLE) };
      expect(await complete(to, listed, right)).toMatchObject(right);
      const head = await client.send(new HeadObjectCommand({ Bucket, Key: to.Key, ChecksumMode: 'ENABLED' }));
      expect(head).toMatchObject(right);
    },
  );

  test('a composite upload refuses a part without a checksum', async () => {
    const to = await start('composite', { ChecksumAlgorithm: 'SHA256' });
    await expect(upload(to, [LAST])).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: 'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: null',
    });
    const parts = await upload(to, [FIRST, LAST], { ChecksumAlgorithm: 'SHA256' });
    const bare = parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
    await expect(complete(to, bare)).rejects.toMatchObject({
      message: expect.stringContaining('The complete request must include the checksum for each part'),
    });
    const swapped = [parts[0]!, { ...parts[1]!, ChecksumSHA256: parts[0]!.ChecksumSHA256 }];
    await expect(complete(to, swapped)).rejects.toMatchObject({ name: 'InvalidPart' });
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
    const ChecksumSHA256 = `${sha256(Buffer.concat([sha256(FIRST), sha256(LAST)])).toString('base64')}-2`;
    expect(await complete(to, parts)).toMatchObject({ ChecksumSHA256, ChecksumType: 'COMPOSITE' });
  });

  test('a type without an algorithm is refused', async () => {
    await expect(start('type-only', { ChecksumType: 'FULL_OBJECT' })).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  test('an upload that names no algorithm takes parts with the checksum that the SDK sends by default', async () => {
    const to = await start('unnamed');
    const { ETag, ChecksumCRC32 } = await fixture
      .root()
      .send(new UploadPartCommand({ ...to, PartNumber: 1, Body: LAST }));
    expect(ChecksumCRC32).toBe(await checksumOf('CRC32', LAST));
    const done = await complete(to, [{ PartNumber: 1, ETag }]);
    expect(done.ChecksumCRC64NVME).toBe(await checksumOf('CRC64NVME', LAST));
  });

  test('a part whose checksum is wrong is not taken', async () => {
    const to = await start('wrong-part');
    const ChecksumCRC32 = await checksumOf('CRC32', FIRST);
    await expect(upload(to, [LAST], { ChecksumCRC32 })).rejects.toMatchObject({ name: 'BadDigest' });
    expect((await client.send(new ListPartsCommand(to))).Parts).toBeUndefined();
  });
});
