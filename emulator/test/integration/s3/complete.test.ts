/** CompleteMultipartUpload on the conditions of S3, and once more after it is done. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { publicAccess, S3Fixture } from './s3-fixture.ts';

const PLAIN = 'plain-bucket';
const VERSIONED = 'versioned-bucket';

let fixture: S3Fixture;
let client: S3Client;

beforeAll(async () => {
  fixture = await S3Fixture.start();
  client = fixture.root(undefined, { requestChecksumCalculation: 'WHEN_REQUIRED' });
  fixture.createBucket(PLAIN, { policy: publicAccess(PLAIN, 's3:*') });
  fixture.createBucket(VERSIONED, { versioning: 'Enabled' });
});

afterEach(() => fixture.endTest());

afterAll(() => fixture.close());

type Options = Partial<CompleteMultipartUploadCommandInput>;

/** An upload of one part. */
async function begun(Key: string, Bucket = PLAIN, options: Partial<CreateMultipartUploadCommandInput> = {}) {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...options }));
  const to = { Bucket, Key, UploadId };
  const { ETag } = await client.send(new UploadPartCommand({ ...to, PartNumber: 1, Body: 'content' }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  const complete = (completing: Options = {}) =>
    client.send(new CompleteMultipartUploadCommand({ ...to, MultipartUpload, ...completing }));
  return { to, ETag, complete };
}

const put = (Key: string, Bucket = PLAIN, Body = 'put') => client.send(new PutObjectCommand({ Bucket, Key, Body }));

const remove = (Key: string, Bucket = PLAIN) => client.send(new DeleteObjectCommand({ Bucket, Key }));

async function read(Key: string, Bucket = PLAIN): Promise<string> {
  return (await client.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString();
}

const CONFLICT = { name: 'ConditionalRequestConflict', $metadata: { httpStatusCode: 409 } };
const FAILED = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } };

describe('again after success', () => {
  test.each([PLAIN, VERSIONED])('the answer is the same, and nothing is written twice (%s)', async (bucket) => {
    const { complete } = await begun('again', bucket, { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    const { $metadata, ...first } = await complete({ ChecksumType: 'FULL_OBJECT', MpuObjectSize: 7 });
    expect(first).toMatchObject({ ETag: expect.stringMatching(/-1"$/), ChecksumType: 'FULL_OBJECT' });
    const { $metadata: again, ...second } = await complete({ ChecksumType: 'FULL_OBJECT', MpuObjectSize: 7 });
    expect(second).toEqual(first);
    expect(fixture.events).toHaveLength(1);
  });

  // Verified with AWS by moto's test_idempotent_multipart_upload.
  test.each([{ IfNoneMatch: '*' }, { IfMatch: '"x"' }])('whatever its condition: %j', async (condition) => {
    const { complete } = await begun('again-conditional');
    const first = await complete();
    expect((await complete(condition)).ETag).toBe(first.ETag);
  });

  test('also after another write of the key, which stays', async () => {
    const { complete } = await begun('again-overwritten');
    const first = await complete();
    await put('again-overwritten');
    expect((await complete()).ETag).toBe(first.ETag);
    expect(await read('again-overwritten')).toBe('put');
  });

  test('two at once are one', async () => {
    const { complete } = await begun('twice', VERSIONED);
    const [one, other] = await Promise.all([complete(), complete()]);
    expect(one.VersionId).toBe(other.VersionId);
    expect(fixture.events).toHaveLength(1);
  });

  test('its declarations are still verified', async () => {
    const { complete } = await begun('again-declared');
    await complete();
    await expect(complete({ MpuObjectSize: 8 })).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(complete({ ChecksumCRC64NVME: 'AAAAAAAAAAA=' })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(complete({ ChecksumType: 'COMPOSITE' })).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  test('another list of parts, another key, or an upload that was aborted: there is no such upload', async () => {
    const { complete, to, ETag } = await begun('again-different');
    await complete();
    const gone = { name: 'NoSuchUpload', $metadata: { httpStatusCode: 404 } };
    const Parts = [{ PartNumber: 1, ETag: '"other"' }];
    await expect(complete({ MultipartUpload: { Parts } })).rejects.toMatchObject(gone);
    await expect(complete({ MultipartUpload: { Parts: [{ PartNumber: 2, ETag }] } })).rejects.toMatchObject(gone);
    await expect(complete({ Key: 'other' })).rejects.toMatchObject(gone);
    await expect(client.send(new ListPartsCommand(to))).rejects.toMatchObject(gone);
    await expect(client.send(new AbortMultipartUploadCommand(to))).rejects.toMatchObject(gone);
    const part = new UploadPartCommand({ ...to, PartNumber: 1, Body: 'late' });
    await expect(client.send(part)).rejects.toMatchObject(gone);
    const aborted = await begun('aborted');
    await client.send(new AbortMultipartUploadCommand(aborted.to));
    await expect(aborted.complete()).rejects.toMatchObject(gone);
  });

  test('a policy that demands encryption counts the headers of the beginning', async () => {
    const Condition = { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } };
    const Resource = `arn:aws:s3:::${PLAIN}/encrypted`;
    const policy = publicAccess(PLAIN, 's3:*');
    policy.Statement = [
      ...[policy.Statement].flat(),
      { Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource, Condition },
    ];
    fixture.s3.setBucketPolicy(PLAIN, policy);
    const { complete } = await begun('encrypted', PLAIN, { ServerSideEncryption: 'AES256' });
    const first = await complete();
    expect((await complete()).ETag).toBe(first.ETag);
  });
});

// As recorded from AWS in LocalStack's TestS3MultipartUploadChecksum.
describe('checksums at the completion', () => {
  const FULL = { ChecksumAlgorithm: 'CRC32C', ChecksumType: 'FULL_OBJECT' } as const;
  const WHOLE = { ChecksumCRC32C: 'Ya91Mw==' };
  const digest = (algorithm: string) => ({
    name: 'BadDigest',
    message: `The ${algorithm} you specified did not match the calculated checksum.`,
  });

  test('of a full-object upload need their type, and any other algorithm is a wrong value', async () => {
    const { complete } = await begun('full', PLAIN, FULL);
    const right = { ChecksumType: 'FULL_OBJECT' } as const;
    await expect(complete(WHOLE)).rejects.toMatchObject(digest('crc32c'));
    await expect(complete({ ChecksumCRC64NVME: 'AAAAAAAAAAA=' })).rejects.toMatchObject(digest('crc32c'));
    await expect(complete({ ChecksumCRC32: 'AAAAAA==', ...right })).rejects.toMatchObject(digest('crc32c'));
    await expect(complete({ ChecksumCRC32C: 'AAAAAA==', ...right })).rejects.toMatchObject(digest('crc32c'));
    expect(await complete({ ...WHOLE, ...right })).toMatchObject({ ...WHOLE, ...right });
  });

  test('of its parts are told afterwards only where the completion lists them', async () => {
    for (const checksum of [undefined, WHOLE.ChecksumCRC32C]) {
      const { complete, ETag, to } = await begun('listed', PLAIN, FULL);
      await complete({ MultipartUpload: { Parts: [{ PartNumber: 1, ETag, ChecksumCRC32C: checksum }] } });
      const asked = { Bucket: to.Bucket, Key: 'listed', PartNumber: 1, ChecksumMode: 'ENABLED' } as const;
      expect((await client.send(new HeadObjectCommand(asked))).ChecksumCRC32C).toBe(checksum);
    }
  });

  test('of an upload that named no algorithm: none of its parts, and no type', async () => {
    const { complete, ETag } = await begun('unnamed');
    const Parts = [{ PartNumber: 1, ETag, ...WHOLE }];
    await expect(complete({ MultipartUpload: { Parts } })).rejects.toMatchObject({ name: 'InvalidPart' });
    for (const ChecksumType of ['FULL_OBJECT', 'COMPOSITE'] as const) {
      await expect(complete({ ChecksumType })).rejects.toMatchObject({
        name: 'InvalidRequest',
        message:
          'The upload was created using the null checksum mode. The complete request must use the same checksum mode.',
      });
    }
    expect(await complete({ ChecksumCRC32C: 'AAAAAA==-2' })).toMatchObject({ ChecksumType: 'FULL_OBJECT' });
  });

  test('of a part by another algorithm are wrong values', async () => {
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket: PLAIN, Key: 'composite', ChecksumAlgorithm: 'CRC32C' }),
    );
    const to = { Bucket: PLAIN, Key: 'composite', UploadId };
    const { ETag } = await client.send(
      new UploadPartCommand({ ...to, PartNumber: 1, Body: 'content', ChecksumAlgorithm: 'CRC32C' }),
    );
    const Parts = [{ PartNumber: 1, ETag, ChecksumSHA256: 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=' }];
    const complete = new CompleteMultipartUploadCommand({ ...to, MultipartUpload: { Parts } });
    await expect(client.send(complete)).rejects.toMatchObject({
      name: 'BadDigest',
      message: 'The sha256 you specified for part 1 did not match what we received.',
    });
  });
});

// As recorded from AWS in LocalStack's TestS3ObjectWritePrecondition.
describe.each([PLAIN, VERSIONED])('a condition at the completion (%s)', (bucket) => {
  test('a delete since the beginning is a conflict for If-None-Match, and the upload has to be made anew', async () => {
    await put('deleted', bucket);
    const { complete, to } = await begun('deleted', bucket);
    await expect(complete({ IfNoneMatch: '*' })).rejects.toMatchObject(FAILED);
    await remove('deleted', bucket);
    await expect(complete({ IfNoneMatch: '*' })).rejects.toMatchObject({
      ...CONFLICT,
      message: 'The conditional request cannot succeed due to a conflicting operation against this resource.',
      Condition: 'If-None-Match',
      Key: 'deleted',
    });
    await expect(complete({ IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'NoSuchUpload' });
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads.map(({ UploadId }) => UploadId)).not.toContain(to.UploadId);
    const anew = await begun('deleted', bucket);
    await anew.complete({ IfNoneMatch: '*' });
    expect(await read('deleted', bucket)).toBe('content');
  });

  test('a write and a delete since the beginning are one, too; before it they are none', async () => {
    await put('before', bucket);
    await remove('before', bucket);
    const before = await begun('before', bucket);
    await before.complete({ IfNoneMatch: '*' });
    const since = await begun('since', bucket);
    await put('since', bucket);
    await remove('since', bucket);
    await expect(since.complete({ IfNoneMatch: '*' })).rejects.toMatchObject(CONFLICT);
  });

  test('without a condition there is no conflict', async () => {
    const { complete } = await begun('unconditional', bucket);
    await put('unconditional', bucket);
    await remove('unconditional', bucket);
    await complete();
    expect(await read('unconditional', bucket)).toBe('content');
  });

  test('an overwrite since the beginning is a conflict for If-Match, of the same bytes, too', async () => {
    const { ETag } = await put('matched', bucket);
    const { complete } = await begun('matched', bucket);
    await expect(complete({ IfMatch: '"x"' })).rejects.toMatchObject(FAILED);
    await put('matched', bucket);
    await expect(complete({ IfMatch: ETag })).rejects.toMatchObject({ ...CONFLICT, Condition: 'If-Match' });
    const anew = await begun('matched', bucket);
    await anew.complete({ IfMatch: ETag });
    expect(await read('matched', bucket)).toBe('content');
  });

  test('If-Match without an object is no conflict but a missing key', async () => {
    const { ETag } = await put('missing', bucket);
    const { complete } = await begun('missing', bucket);
    await remove('missing', bucket);
    await expect(complete({ IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
    await put('missing', bucket);
    await expect(complete({ IfMatch: ETag })).rejects.toMatchObject(CONFLICT);
  });
});

test('a delete while the body of a create-only PutObject comes in is a conflict', async () => {
  const body = Buffer.alloc(1_000_000, 'x');
  const headers = { 'content-length': String(body.length + 1), 'if-none-match': '*' };
  let answer: Promise<{ status: number; body: string }> | undefined;
  const files = await fixture.filesOnDisk();
  await fixture.slowly({ method: 'PUT', path: `/${PLAIN}/raced`, headers, body }, async (finish) => {
    await expect.poll(() => fixture.filesOnDisk()).toBe(files + 1);
    await put('raced');
    await remove('raced');
    answer = finish(Buffer.from('y'));
  });
  expect(await answer).toMatchObject({ status: 409, body: expect.stringContaining('ConditionalRequestConflict') });
  const copy = { Bucket: PLAIN, Key: 'copied', CopySource: `${PLAIN}/source`, IfNoneMatch: '*' };
  await put('source');
  await client.send(new CopyObjectCommand(copy));
  await expect(client.send(new CopyObjectCommand(copy))).rejects.toMatchObject(FAILED);
  expect(await read('copied')).toBe('put');
});
