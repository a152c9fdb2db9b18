import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import {
  type ChecksumAlgorithm,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { publicAccess, S3Fixture } from './s3-fixture.ts';

const Bucket = 'integrity';
const MIB = 1024 * 1024;
const SUM = base64Crc32('abc');

let fixture: S3Fixture;
let root: S3Client;

beforeAll(async () => {
  fixture = await S3Fixture.start();
  root = fixture.root();
  const policy = publicAccess(Bucket, 's3:PutObject', 's3:GetObject', 's3:ListBucket', 's3:DeleteObject');
  fixture.createBucket(Bucket, { policy });
});

afterEach(() => {
  fixture.events.length = 0;
  expect(fixture.unexpectedErrors.splice(0)).toEqual([]);
});

afterAll(() => fixture.close());

function base64Crc32(text: string | Buffer): string {
  return Buffer.from(crc32(text).toString(16).padStart(8, '0'), 'hex').toString('base64');
}

describe('through the SDK', () => {
  test.each<ChecksumAlgorithm>(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'])(
    'a %s the client computed is verified, stored and given back',
    async (algorithm) => {
      const property = `Checksum${algorithm}` as 'ChecksumCRC32';
      const Key = algorithm;
      const put = await root.send(new PutObjectCommand({ Bucket, Key, Body: 'abc', ChecksumAlgorithm: algorithm }));
      expect(put.ChecksumType).toBe('FULL_OBJECT');
      // With checksum mode on, the SDK verifies the body as well.
      const got = await root.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      expect(await got.Body?.transformToString()).toBe('abc');
      expect(got[property]).toBe(put[property]);
      expect(got[property]).toEqual(expect.any(String));
    },
  );

  test('a streamed body arrives whole, with its checksum behind it', async () => {
    const bytes = randomBytes(3 * MIB + 17);
    const Body = Readable.from([bytes.subarray(0, 20_000), bytes.subarray(20_000)], { objectMode: false });
    await root.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: bytes.length }));
    const got = await root.send(new GetObjectCommand({ Bucket, Key: 'stream', ChecksumMode: 'ENABLED' }));
    expect(got.ChecksumCRC32).toBe(base64Crc32(bytes));
    expect(got.ContentEncoding).toBeUndefined();
    expect(Buffer.compare(bytes, await got.Body!.transformToByteArray())).toBe(0);
  });

  test('a stream of small pieces is refused, as on S3, unless the SDK gathers them', async () => {
    const put = (client: S3Client) => {
      const Body = Readable.from([Buffer.from('a'), Buffer.from('b'), Buffer.from('c')], { objectMode: false });
      return client.send(new PutObjectCommand({ Bucket, Key: 'pieces', Body, ContentLength: 3 }));
    };
    await expect(put(root)).rejects.toMatchObject({ name: 'InvalidChunkSizeError' });
    await put(fixture.root(undefined, { requestStreamBufferSize: 65_536 }));
  });

  test('an object without any checksum from the client has a CRC64NVME all the same', async () => {
    const client = fixture.root(undefined, { requestChecksumCalculation: 'WHEN_REQUIRED' });
    const put = await client.send(new PutObjectCommand({ Bucket, Key: 'none', Body: '123456789' }));
    expect(put.ChecksumCRC64NVME).toBe(Buffer.from('ae8b14860a799888', 'hex').toString('base64'));
    const head = await root.send(new HeadObjectCommand({ Bucket, Key: 'none', ChecksumMode: 'ENABLED' }));
    expect(head.ChecksumCRC64NVME).toBe(put.ChecksumCRC64NVME);
  });

  test('a wrong checksum stores nothing', async () => {
    const put = new PutObjectCommand({ Bucket, Key: 'wrong', Body: 'abc', ChecksumCRC32: base64Crc32('abd') });
    await expect(root.send(put)).rejects.toMatchObject({
      name: 'BadDigest',
      message: 'The CRC32 you specified did not match the calculated checksum.',
    });
    const md5 = createHash('md5').update('abd').digest('base64');
    await expect(
      root.send(new PutObjectCommand({ Bucket, Key: 'wrong', Body: 'abc', ContentMD5: md5 })),
    ).rejects.toMatchObject({
      name: 'BadDigest',
      message: 'The Content-MD5 you specified did not match what we received.',
    });
    await expect(root.send(new HeadObjectCommand({ Bucket, Key: 'wrong' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    expect(fixture.events).toEqual([]);
  });
});

/** Nothing of a refused upload may be left: no object, no file, no event. */
async function expectNothingStored(upload: () => Promise<unknown>): Promise<void> {
  const files = await fixture.filesOnDisk();
  await upload();
  await vi.waitFor(async () => expect(await fixture.filesOnDisk()).toBe(files), { interval: 10 });
  await expect(root.send(new HeadObjectCommand({ Bucket, Key: 'refused' }))).rejects.toMatchObject({
    name: 'NotFound',
  });
  expect(fixture.events).toEqual([]);
}

describe('bodies that no SDK sends', () => {
  const chunked = { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'content-encoding': 'aws-chunked' };
  const withTrailer = { ...chunked, 'x-amz-trailer': 'x-amz-checksum-crc32', 'x-amz-decoded-content-length': '3' };
  const good = `3\r\nabc\r\n0\r\nx-amz-checksum-crc32:${SUM}\r\n\r\n`;

  test.each<[string, Record<string, string>, string, number, string]>([
    ['no length', {}, '', 411, 'MissingContentLength'],
    ['no length, chunked by HTTP', { 'transfer-encoding': 'chunked' }, 'abc', 501, 'NotImplemented'],
    ['a malformed checksum', { 'x-amz-checksum-crc32': 'AAAA' }, 'abc', 400, 'InvalidRequest'],
    ['two checksums', { 'x-amz-checksum-crc32': SUM, 'x-amz-checksum-sha1': SUM }, 'abc', 400, 'InvalidRequest'],
    [
      'an announced checksum that never comes',
      { 'x-amz-sdk-checksum-algorithm': 'CRC32' },
      'abc',
      400,
      'InvalidRequest',
    ],
    ['a malformed MD5', { 'content-md5': 'AAAA' }, 'abc', 400, 'InvalidDigest'],
    ['an unknown header of AWS', { 'x-amz-fast': 'yes' }, 'abc', 501, 'NotImplemented'],
    ['a wrong checksum in the trailer', withTrailer, good.replace(SUM, 'AAAAAA=='), 400, 'BadDigest'],
    ['a malformed checksum in the trailer', withTrailer, good.replace(SUM, 'AAAA'), 400, 'InvalidRequest'],
    ['no trailer though one was announced', withTrailer, '3\r\nabc\r\n0\r\n\r\n', 400, 'MalformedTrailerError'],
    ['another trailer than announced', withTrailer, good.replace('crc32:', 'crc32c:'), 400, 'MalformedTrailerError'],
    ['no last chunk', withTrailer, '3\r\nabc\r\n', 400, 'IncompleteBody'],
    [
      'chunks that hold too little',
      { ...withTrailer, 'x-amz-decoded-content-length': '4' },
      good,
      400,
      'IncompleteBody',
    ],
    ['chunks that hold too much', { ...withTrailer, 'x-amz-decoded-content-length': '2' }, good, 400, 'IncompleteBody'],
    [
      'chunks of unknown length',
      { ...chunked, 'x-amz-trailer': 'x-amz-checksum-crc32' },
      good,
      411,
      'MissingContentLength',
    ],
    [
      'more than 5 GiB',
      { 'x-amz-decoded-content-length': String(5 * 1024 ** 3 + 1), ...chunked },
      good,
      400,
      'EntityTooLarge',
    ],
  ])('%s: refused, and nothing is stored', async (_, headers, body, status, code) => {
    const length = body === '' || headers['transfer-encoding'] ? {} : { 'content-length': String(body.length) };
    await expectNothingStored(async () => {
      const answer = await fixture.raw({
        method: 'PUT',
        path: `/${Bucket}/refused`,
        headers: { ...length, ...headers },
        body,
      });
      expect([answer.status, /<Code>(\w+)</.exec(answer.body)?.[1]]).toEqual([status, code]);
    });
  });

  test('the same chunks without a fault are stored', async () => {
    const headers = { ...withTrailer, 'content-length': String(good.length) };
    const answer = await fixture.raw({ method: 'PUT', path: `/${Bucket}/chunks`, headers, body: good });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-amz-checksum-crc32': SUM } });
    const got = await root.send(new GetObjectCommand({ Bucket, Key: 'chunks' }));
    expect(await got.Body?.transformToString()).toBe('abc');
  });

  test.each([
    ['plain', { 'content-length': String(8 * MIB) }],
    [
      'aws-chunked',
      { ...withTrailer, 'content-length': String(8 * MIB), 'x-amz-decoded-content-length': String(8 * MIB) },
    ],
  ])('a connection that breaks in the middle of a %s body leaves nothing behind', async (kind, headers) => {
    const body = kind === 'plain' ? randomBytes(2 * MIB) : Buffer.concat([Buffer.from('800000\r\n'), randomBytes(MIB)]);
    const upload = { method: 'PUT', path: `/${Bucket}/refused`, headers, body };
    await expectNothingStored(async () => {
      const files = await fixture.filesOnDisk();
      const underWay = async () => expect(await fixture.filesOnDisk()).toBe(files + 1);
      await fixture.breakOff(upload, () => vi.waitFor(underWay, { interval: 10 }));
    });
  });

  test('metadata sent as UTF-8 comes back encoded', async () => {
    const headers = { 'content-length': '1', 'x-amz-meta-name': Buffer.from('naïve 🐘').toString('latin1') };
    await fixture.raw({ method: 'PUT', path: `/${Bucket}/utf8`, headers, body: 'x' });
    const { headers: answered } = await fixture.raw({ method: 'HEAD', path: `/${Bucket}/utf8` });
    expect(answered['x-amz-meta-name']).toBe(`=?UTF-8?B?${Buffer.from('naïve 🐘').toString('base64')}?=`);
    expect(answered['content-type']).toBe('binary/octet-stream');
  });

  test('a presigned URL carries headers in its query', async () => {
    const path = `/${Bucket}/query?X-Amz-Meta-Name=value&x-amz-checksum-crc32=`;
    const put = { method: 'PUT', headers: { 'content-length': '3' }, body: 'abc' };
    expect((await fixture.raw({ ...put, path: `${path}AAAAAA==` })).body).toContain('<Code>BadDigest</Code>');
    expect((await fixture.raw({ ...put, path: path + encodeURIComponent(SUM) })).status).toBe(200);
    const { headers } = await fixture.raw({ method: 'HEAD', path: `/${Bucket}/query` });
    expect(headers['x-amz-meta-name']).toBe('value');
  });

  test('a key that is not UTF-8 is no key', async () => {
    const answer = await fixture.raw({ method: 'GET', path: `/${Bucket}/%ff` });
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('<Code>InvalidURI</Code>') });
  });

  test('an error names what it is about; that of a HEAD has no body', async () => {
    const answer = await fixture.raw({ method: 'GET', path: `/${Bucket}/a%26b` });
    expect(answer.headers['content-type']).toBe('application/xml');
    expect(answer.body).toMatch(
      /^<\?xml .*\n<Error><Code>NoSuchKey<\/Code><Message>The specified key does not exist\.<\/Message><Resource>\/integrity\/a%26b<\/Resource><Key>a&amp;b<\/Key><RequestId>.+<\/RequestId><HostId>/,
    );
    expect(await fixture.raw({ method: 'HEAD', path: `/${Bucket}/a%26b` })).toMatchObject({ status: 404, body: '' });
  });

  test.each([
    ['no checksum of the list', '<Delete/>', {}, 'InvalidRequest'],
    ['an empty list', '<Delete/>', { protected: true }, 'MalformedXML'],
    ['no XML', 'nonsense', { protected: true }, 'MalformedXML'],
    [
      'a document type',
      '<!DOCTYPE a><Delete><Object><Key>k</Key></Object></Delete>',
      { protected: true },
      'MalformedXML',
    ],
  ])('DeleteObjects with %s is refused', async (_, body, options, code) => {
    const md5 = createHash('md5').update(body).digest('base64');
    const headers = {
      'content-length': String(body.length),
      ...('protected' in options ? { 'content-md5': md5 } : {}),
    };
    const answer = await fixture.raw({ method: 'POST', path: `/${Bucket}?delete`, headers, body });
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining(`<Code>${code}</Code>`) });
  });

  test('one of the objects to delete being forbidden spares that one only', async () => {
    const user = fixture.user('sweeper', [
      { Effect: 'Deny', Action: 's3:DeleteObject', Resource: `arn:aws:s3:::${Bucket}/kept` },
    ]);
    for (const Key of ['kept', 'gone']) await root.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const Objects = [{ Key: 'kept' }, { Key: 'gone' }];
    const answer = await user.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(answer).toMatchObject({ Deleted: [{ Key: 'gone' }], Errors: [{ Key: 'kept', Code: 'AccessDenied' }] });
  });
});
