/** What S3 tells of the parts of an object, and of objects from before it computed checksums by itself: what the relay's proofs rest on. */
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  type ChecksumType,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand,
  type GetObjectAttributesCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ChecksumAlgorithm, runningChecksum } from '../../../services/s3/body/checksums.ts';
import { S3Fixture } from './s3-fixture.ts';

const Bucket = 'parts';
const OLD = 'from-before-checksums';
const MIB = 1024 * 1024;
const PARTS = [randomBytes(5 * MIB), randomBytes(6 * MIB), randomBytes(1000)];
const WHOLE = Buffer.concat(PARTS);

let fixture: S3Fixture;
/** Computes no checksums of its own accord, so that each test says what is sent. */
let client: S3Client;
/** Asks for checksums as the relay does: the SDK, asked itself, would refuse the algorithms that it can't compute. */
let telling: S3Client;

beforeAll(async () => {
  fixture = await S3Fixture.start();
  client = fixture.root(undefined, { requestChecksumCalculation: 'WHEN_REQUIRED' });
  telling = fixture.root(undefined, { responseChecksumValidation: 'WHEN_REQUIRED' });
  // `ChecksumMode` in the input would have the SDK compute the checksum as well.
  telling.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['x-amz-checksum-mode'] = 'ENABLED';
      return next(args);
    },
    { step: 'build', name: 'checksumMode' },
  );
  fixture.createBucket(Bucket);
  fixture.createBucket(OLD, { addsChecksums: false });
});

afterEach(() => expect(fixture.unexpectedErrors.splice(0)).toEqual([]));

afterAll(() => fixture.close());

type Named = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256' | 'SHA512' | 'MD5';

async function checksumOf(algorithm: ChecksumAlgorithm, bytes: Buffer): Promise<string> {
  const running = runningChecksum(algorithm);
  running.update(bytes);
  return (await running.digest()).toString('base64');
}

async function compositeOf(algorithm: ChecksumAlgorithm, parts: Buffer[]): Promise<string> {
  const digests = await Promise.all(parts.map((part) => checksumOf(algorithm, part)));
  return checksumOf(algorithm, Buffer.concat(digests.map((digest) => Buffer.from(digest, 'base64'))));
}

const member = (algorithm: Named) => `Checksum${algorithm}` as 'ChecksumCRC32';

/** Begins an upload of these parts, with each part's checksum where the upload names an algorithm. */
async function sent(Key: string, algorithm?: Named, type?: ChecksumType, bucket = Bucket) {
  const names: Partial<CreateMultipartUploadCommandInput> = {
    ...(algorithm && { ChecksumAlgorithm: algorithm }),
    ...(type && { ChecksumType: type }),
  };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key, ...names }));
  const to = { Bucket: bucket, Key, UploadId: UploadId! };
  const answers = [];
  for (const [index, Body] of PARTS.entries()) {
    const checksum = algorithm && { [member(algorithm)]: await checksumOf(algorithm, Body) };
    const command = new UploadPartCommand({ ...to, PartNumber: index + 1, Body, ...checksum });
    const { $metadata, ...answer } = await client.send(command);
    answers.push({ PartNumber: index + 1, ...answer });
  }
  return { to, answers };
}

async function uploaded(
  Key: string,
  algorithm?: Named,
  type?: ChecksumType,
  bucket?: string,
  options: Partial<CompleteMultipartUploadCommandInput> = {},
) {
  const { to, answers } = await sent(Key, algorithm, type, bucket);
  const MultipartUpload = { Parts: answers };
  return client.send(new CompleteMultipartUploadCommand({ ...to, MultipartUpload, ...options }));
}

const attributes = (Key: string, options: Partial<GetObjectAttributesCommandInput> = {}) =>
  client.send(
    new GetObjectAttributesCommand({
      Bucket,
      Key,
      ObjectAttributes: ['Checksum', 'ObjectParts', 'ObjectSize', 'ETag', 'StorageClass'],
      ...options,
    }),
  );

const COMPOSITE: Named[] = ['CRC32', 'CRC32C', 'SHA1', 'SHA256', 'SHA512', 'MD5'];

describe('a part asked for by its number', () => {
  test.each(COMPOSITE)('of a composite %s tells its own checksum, its place and how many there are', async (name) => {
    const Key = `composite-${name}`;
    await uploaded(Key, name, 'COMPOSITE');
    for (const [index, part] of PARTS.entries()) {
      const asked = { Bucket, Key, PartNumber: index + 1, ChecksumMode: 'ENABLED' as const };
      const start = PARTS.slice(0, index).reduce((sum, { length }) => sum + length, 0);
      const told = {
        [member(name)]: await checksumOf(name, part),
        ChecksumType: 'COMPOSITE',
        ContentLength: part.length,
        ContentRange: `bytes ${start}-${start + part.length - 1}/${WHOLE.length}`,
        PartsCount: PARTS.length,
        ETag: expect.stringMatching(/-3"$/),
      };
      const head = await client.send(new HeadObjectCommand(asked));
      expect(head).toMatchObject(told);
      expect(head.$metadata.httpStatusCode).toBe(206);
      const { ChecksumMode, ...same } = asked;
      const got = await telling.send(new GetObjectCommand(same));
      expect(got).toMatchObject(told);
      expect(Buffer.compare(Buffer.from(await got.Body!.transformToByteArray()), part)).toBe(0);
    }
    const whole = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    expect(whole[member(name)]).toBe(`${await compositeOf(name, PARTS)}-3`);
  });

  test('of a full-object upload that named its algorithm tells its own as well', async () => {
    await uploaded('full', 'CRC32C', 'FULL_OBJECT');
    const asked = { Bucket, Key: 'full', PartNumber: 3, ChecksumMode: 'ENABLED' as const };
    const head = await client.send(new HeadObjectCommand(asked));
    expect(head).toMatchObject({ ChecksumCRC32C: await checksumOf('CRC32C', PARTS[2]!), ChecksumType: 'FULL_OBJECT' });
  });

  test('of an upload that named none tells none', async () => {
    await uploaded('unnamed');
    const head = await client.send(
      new HeadObjectCommand({ Bucket, Key: 'unnamed', PartNumber: 3, ChecksumMode: 'ENABLED' }),
    );
    expect(head).toMatchObject({ ContentLength: 1000, PartsCount: 3 });
    expect(head.ChecksumCRC64NVME).toBeUndefined();
    expect(head.ChecksumType).toBeUndefined();
  });

  test('without checksum mode tells none', async () => {
    await uploaded('mode', 'SHA256', 'COMPOSITE');
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'mode', PartNumber: 2 }));
    expect([head.ChecksumSHA256, head.ChecksumType]).toEqual([undefined, undefined]);
  });

  test('is the whole object where that was put at once, with its checksum', async () => {
    const ChecksumCRC32 = await checksumOf('CRC32', PARTS[2]!);
    await client.send(new PutObjectCommand({ Bucket, Key: 'one', Body: PARTS[2]!, ChecksumCRC32 }));
    const asked = { Bucket, Key: 'one', PartNumber: 1, ChecksumMode: 'ENABLED' as const };
    const head = await client.send(new HeadObjectCommand(asked));
    expect(head).toMatchObject({ ChecksumCRC32, ContentRange: 'bytes 0-999/1000' });
    expect(head.PartsCount).toBeUndefined();
  });

  test('a range of a composite object tells none: its checksum would be of other bytes', async () => {
    await uploaded('range', 'CRC32', 'COMPOSITE');
    const asked = { Bucket, Key: 'range', Range: 'bytes=0-99', ChecksumMode: 'ENABLED' as const };
    expect((await client.send(new HeadObjectCommand(asked))).ChecksumCRC32).toBeUndefined();
  });

  test('parts that were copied have one, too', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'original', Body: WHOLE }));
    const create = { Bucket, Key: 'copied', ChecksumAlgorithm: 'CRC32C', ChecksumType: 'COMPOSITE' } as const;
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(create));
    const to = { Bucket, Key: 'copied', UploadId };
    const copy = { ...to, PartNumber: 1, CopySource: `${Bucket}/original` };
    const { CopyPartResult } = await client.send(new UploadPartCopyCommand(copy));
    const checksum = await checksumOf('CRC32C', WHOLE);
    expect(CopyPartResult?.ChecksumCRC32C).toBe(checksum);
    const Parts = [{ PartNumber: 1, ETag: CopyPartResult!.ETag, ChecksumCRC32C: checksum }];
    await client.send(new CompleteMultipartUploadCommand({ ...to, MultipartUpload: { Parts } }));
    const asked = { Bucket, Key: 'copied', PartNumber: 1, ChecksumMode: 'ENABLED' as const };
    expect((await client.send(new HeadObjectCommand(asked))).ChecksumCRC32C).toBe(checksum);
  });
});

describe('CompleteMultipartUpload', () => {
  test.each(['', '-3'])('takes a composite checksum with "%s" behind it', async (end) => {
    const ChecksumCRC32 = (await compositeOf('CRC32', PARTS)) + end;
    const done = await uploaded(`complete${end}`, 'CRC32', 'COMPOSITE', Bucket, { ChecksumCRC32 });
    expect(done.ChecksumCRC32).toBe(`${await compositeOf('CRC32', PARTS)}-3`);
  });

  test.each(['-2', '-3'])('refuses a wrong one with "%s" behind it', async (end) => {
    const of = end === '-2' ? PARTS : PARTS.toReversed();
    const ChecksumCRC32 = (await compositeOf('CRC32', of)) + end;
    const completing = uploaded(`wrong${end}`, 'CRC32', 'COMPOSITE', Bucket, { ChecksumCRC32 });
    await expect(completing).rejects.toMatchObject({ name: 'BadDigest' });
  });
});

describe('GetObjectAttributes', () => {
  test.each(COMPOSITE)('of a composite %s: the value without the number of parts, and the parts', async (name) => {
    const Key = `attributes-${name}`;
    await uploaded(Key, name, 'COMPOSITE');
    const { Checksum, ObjectParts, ObjectSize } = await attributes(Key);
    expect(Checksum).toEqual({ [member(name)]: await compositeOf(name, PARTS), ChecksumType: 'COMPOSITE' });
    expect(ObjectSize).toBe(WHOLE.length);
    expect(ObjectParts).toEqual({
      TotalPartsCount: 3,
      PartNumberMarker: '0',
      NextPartNumberMarker: '3',
      MaxParts: 1000,
      IsTruncated: false,
      Parts: await Promise.all(
        PARTS.map(async (part, index) => ({
          PartNumber: index + 1,
          Size: part.length,
          [member(name)]: await checksumOf(name, part),
        })),
      ),
    });
  });

  test('its parts come in pages', async () => {
    await uploaded('pages', 'SHA256', 'COMPOSITE');
    const page = async (options: Partial<GetObjectAttributesCommandInput>) => {
      const { ObjectParts } = await attributes('pages', options);
      const { Parts = [], ...rest } = ObjectParts!;
      return { ...rest, numbers: Parts.map(({ PartNumber }) => PartNumber) };
    };
    expect(await page({ MaxParts: 2 })).toEqual({
      TotalPartsCount: 3,
      PartNumberMarker: '0',
      NextPartNumberMarker: '2',
      MaxParts: 2,
      IsTruncated: true,
      numbers: [1, 2],
    });
    expect(await page({ MaxParts: 2, PartNumberMarker: '2' })).toMatchObject({
      NextPartNumberMarker: '3',
      IsTruncated: false,
      numbers: [3],
    });
    expect(await page({ MaxParts: 1, PartNumberMarker: '10' })).toMatchObject({
      PartNumberMarker: '10',
      NextPartNumberMarker: '0',
      IsTruncated: false,
      numbers: [],
    });
    await expect(page({ PartNumberMarker: 'x' })).rejects.toMatchObject({ name: 'InvalidArgument' });
    await expect(page({ MaxParts: -1 })).rejects.toMatchObject({ name: 'InvalidArgument' });
  });

  test.each<[string, Named | undefined, ChecksumType | undefined]>([
    ['that named no algorithm', undefined, undefined],
    ['with a full-object checksum', 'CRC32', 'FULL_OBJECT'],
  ])('of an upload %s tells how many parts there are, under the name that S3 has, and no more', async (...asked) => {
    const [Key, algorithm, type] = asked;
    await uploaded(Key, algorithm, type);
    expect((await attributes(Key)).ObjectParts).toEqual({ TotalPartsCount: 3 });
  });

  test('of an object in one piece tells no parts', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'piece', Body: 'x' }));
    expect((await attributes('piece')).ObjectParts).toBeUndefined();
  });

  test('the number of parts is PartsCount on the wire', async () => {
    await uploaded('wire', 'CRC32', 'COMPOSITE');
    let body = '';
    const listening = fixture.root(undefined, { requestChecksumCalculation: 'WHEN_REQUIRED' });
    listening.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const { response } = result as unknown as { response: { body: AsyncIterable<Buffer> } };
        body = (await buffer(response.body)).toString();
        response.body = Readable.from([Buffer.from(body)]);
        return result;
      },
      { step: 'deserialize', name: 'listen', priority: 'low' },
    );
    await listening.send(new GetObjectAttributesCommand({ Bucket, Key: 'wire', ObjectAttributes: ['ObjectParts'] }));
    expect(body).toContain('<PartsCount>3</PartsCount>');
    expect(body).not.toContain('TotalPartsCount');
  });
});

describe('an upload that named no algorithm', () => {
  test('answers no checksum for a part, and lists none', async () => {
    const { to, answers } = await sent('silent');
    for (const answer of answers) expect(Object.keys(answer).filter((name) => name.startsWith('Checksum'))).toEqual([]);
    const listed = await client.send(new ListPartsCommand(to));
    expect([listed.ChecksumAlgorithm, listed.ChecksumType]).toEqual([undefined, undefined]);
    expect(listed.Parts!.map(({ ChecksumCRC64NVME }) => ChecksumCRC64NVME)).toEqual([undefined, undefined, undefined]);
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'silent' }));
    expect(Uploads).toMatchObject([{ Key: 'silent' }]);
    expect(Uploads![0]!.ChecksumAlgorithm).toBeUndefined();
    expect(Uploads![0]!.ChecksumType).toBeUndefined();
  });

  test('answers what the client has sent for a part', async () => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'given' }));
    const ChecksumCRC32C = await checksumOf('CRC32C', PARTS[2]!);
    const part = { Bucket, Key: 'given', UploadId, PartNumber: 1, Body: PARTS[2]!, ChecksumCRC32C };
    expect(await client.send(new UploadPartCommand(part))).toMatchObject({ ChecksumCRC32C });
    const listed = await client.send(new ListPartsCommand({ Bucket, Key: 'given', UploadId }));
    expect(listed.Parts![0]).not.toHaveProperty('ChecksumCRC32C');
  });

  test('one that did lists both', async () => {
    const { to } = await sent('named', 'SHA256');
    expect(await client.send(new ListPartsCommand(to))).toMatchObject({
      ChecksumAlgorithm: 'SHA256',
      ChecksumType: 'COMPOSITE',
      Parts: [{ ChecksumSHA256: await checksumOf('SHA256', PARTS[0]!) }, {}, {}],
    });
  });
});

describe('the checksums of 2026', () => {
  test.each<Named>(['SHA512', 'MD5'])('a full-object %s is verified, stored and told', async (name) => {
    const value = await checksumOf(name, PARTS[2]!);
    const put = { Bucket, Key: `put-${name}`, Body: PARTS[2]! };
    await expect(
      client.send(new PutObjectCommand({ ...put, [member(name)]: await checksumOf(name, PARTS[0]!) })),
    ).rejects.toMatchObject({ name: 'BadDigest' });
    await client.send(new PutObjectCommand({ ...put, [member(name)]: value }));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: put.Key, ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({ [member(name)]: value, ChecksumType: 'FULL_OBJECT' });
  });

  test.each<Named>(['SHA512', 'MD5'])('%s of an upload in parts is composite only', async (name) => {
    await expect(sent('x', name, 'FULL_OBJECT')).rejects.toMatchObject({ name: 'InvalidRequest' });
  });
});

describe('a bucket as it was before S3 computed checksums by itself', () => {
  const told = async (Key: string) => {
    const head = await client.send(new HeadObjectCommand({ Bucket: OLD, Key, ChecksumMode: 'ENABLED' }));
    return Object.keys(head).filter((name) => name.startsWith('Checksum'));
  };

  test('an object put without one has none', async () => {
    const put = await client.send(new PutObjectCommand({ Bucket: OLD, Key: 'put', Body: WHOLE }));
    expect(put.ETag).toBe(`"${createHash('md5').update(WHOLE).digest('hex')}"`);
    expect([put.ChecksumCRC64NVME, put.ChecksumType]).toEqual([undefined, undefined]);
    expect(await told('put')).toEqual([]);
    const got = await client.send(new GetObjectCommand({ Bucket: OLD, Key: 'put', ChecksumMode: 'ENABLED' }));
    expect(Buffer.compare(Buffer.from(await got.Body!.transformToByteArray()), WHOLE)).toBe(0);
    const { Checksum } = await attributes('put', { Bucket: OLD });
    expect(Checksum).toBeUndefined();
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: OLD, Prefix: 'put' }));
    expect(Contents![0]!.ChecksumAlgorithm).toBeUndefined();
  });

  test('an object in parts has none, but its parts can be asked for', async () => {
    const done = await uploaded('in-parts', undefined, undefined, OLD);
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    expect([done.ChecksumCRC64NVME, done.ChecksumType]).toEqual([undefined, undefined]);
    expect(await told('in-parts')).toEqual([]);
    const head = await client.send(new HeadObjectCommand({ Bucket: OLD, Key: 'in-parts', PartNumber: 2 }));
    expect(head).toMatchObject({ ContentLength: PARTS[1]!.length, PartsCount: 3 });
    const { ObjectParts } = await attributes('in-parts', { Bucket: OLD });
    expect(ObjectParts).toEqual({ TotalPartsCount: 3 });
  });

  test('one that the client sends is kept', async () => {
    const ChecksumCRC32 = await checksumOf('CRC32', PARTS[2]!);
    await client.send(new PutObjectCommand({ Bucket: OLD, Key: 'sent', Body: PARTS[2]!, ChecksumCRC32 }));
    expect(await told('sent')).toEqual(['ChecksumCRC32', 'ChecksumType']);
    await uploaded('sent-in-parts', 'SHA1', 'COMPOSITE', OLD);
    expect(await told('sent-in-parts')).toEqual(['ChecksumSHA1', 'ChecksumType']);
  });

  test('a copy of one that has none has one where S3 adds it', async () => {
    await client.send(new PutObjectCommand({ Bucket: OLD, Key: 'bare', Body: 'x' }));
    await client.send(new CopyObjectCommand({ Bucket: OLD, Key: 'bare-copy', CopySource: `${OLD}/bare` }));
    expect(await told('bare-copy')).toEqual([]);
    const here = { Bucket, Key: 'copy', CopySource: `${OLD}/bare` };
    await client.send(new CopyObjectCommand(here));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'copy', ChecksumMode: 'ENABLED' }));
    expect(head.ChecksumCRC64NVME).toBe(await checksumOf('CRC64NVME', Buffer.from('x')));
  });

  test('one put with Content-MD5 is verified all the same', async () => {
    const put = { Bucket: OLD, Key: 'md5', Body: 'abc' };
    const md5 = (text: string) => createHash('md5').update(text).digest('base64');
    await expect(client.send(new PutObjectCommand({ ...put, ContentMD5: md5('abd') }))).rejects.toMatchObject({
      name: 'BadDigest',
    });
    await client.send(new PutObjectCommand({ ...put, ContentMD5: md5('abc') }));
  });
});
