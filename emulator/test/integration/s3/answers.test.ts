/** Answers that tell S3 from what resembles it: what clients send that S3 takes, and what S3 refuses. */
import {
  CopyObjectCommand,
  CreateBucketCommand,
  type CreateBucketCommandInput,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, OTHER_ACCOUNT, publicAccess, REGION, S3Fixture } from './s3-fixture.ts';

const Bucket = 'answers';
const VERSIONED = 'answers-versioned';

let fixture: S3Fixture;
let root: S3Client;

beforeAll(async () => {
  fixture = await S3Fixture.start();
  root = fixture.root();
  fixture.createBucket(Bucket, { policy: publicAccess(Bucket, 's3:*') });
  fixture.createBucket(VERSIONED, { versioning: 'Enabled' });
});

afterEach(() => fixture.endTest());

afterAll(() => fixture.close());

const put = (Key: string, Body = Key, bucket = Bucket) =>
  root.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));

async function read(Key: string): Promise<string> {
  return (await root.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString();
}

const codeOf = (body: string) => /<Code>(\w+)</.exec(body)?.[1];

describe('the trailer of an unsigned body', () => {
  const SUM = 'x-amz-checksum-crc32:NhCmhg==';
  const headers = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': '5',
    'x-amz-trailer': 'x-amz-checksum-crc32',
  };

  test.each([
    ['the SDKs', `${SUM}\r\n\r\n`, 200, undefined],
    ['minio-go (minio/minio-go#1705, checked against S3)', `${SUM}\n\r\n\r\n`, 200, undefined],
    // Observed on S3 in versity/versitygw#1660 and #1666.
    ['nobody: without the final line', `${SUM}\r\n`, 400, 'IncompleteBody'],
    ['nobody: with another byte at its end', `${SUM}\r\n\rX`, 400, 'IncompleteBody'],
    ['nobody: with bytes behind it', `${SUM}\r\n\r\nmore`, 400, 'IncompleteBody'],
    ['nobody: without the checksum', '\r\n', 400, 'MalformedTrailerError'],
  ])('as sent by %s', async (_, trailer, status, code) => {
    const body = `5\r\nhello\r\n0\r\n${trailer}`;
    const length = { 'content-length': String(body.length) };
    const path = `/${Bucket}/trailer-${encodeURIComponent(trailer)}`;
    const answer = await fixture.raw({ method: 'PUT', path, headers: { ...headers, ...length }, body });
    expect([answer.status, codeOf(answer.body)]).toEqual([status, code]);
  });
});

describe('a copy source', () => {
  beforeAll(async () => {
    for (const key of ['a b', 'a+b', 'a/b c']) await put(key);
  });

  test.each([
    [`${Bucket}/a+b`, 'a b'],
    [`${Bucket}/a%20b`, 'a b'],
    [`${Bucket}/a%2Bb`, 'a+b'],
    [`${Bucket}%2Fa+b`, 'a b'],
    [`/${Bucket}/a/b+c`, 'a/b c'],
    [`%2F${Bucket}%2Fa%2Fb%20c`, 'a/b c'],
  ])('%s is %s, of an object and of a part', async (CopySource, content) => {
    await root.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
    expect(await read('copy')).toBe(content);
    const { UploadId } = await root.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
    const part = new UploadPartCopyCommand({ Bucket, Key: 'parts', UploadId, PartNumber: 1, CopySource });
    const { ETag } = (await root.send(part)).CopyPartResult!;
    expect(ETag).toBe((await root.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))).ETag);
  });

  test('of a version keeps its version id', async () => {
    const { VersionId } = await put('v 1', 'first', VERSIONED);
    await put('v 1', 'second', VERSIONED);
    const CopySource = `${VERSIONED}%2Fv+1?versionId=${VersionId}`;
    await root.send(new CopyObjectCommand({ Bucket, Key: 'version', CopySource }));
    expect(await read('version')).toBe('first');
  });

  test('without a key is refused in the words of S3', async () => {
    const copy = new CopyObjectCommand({ Bucket, Key: 'k', CopySource: 'wrongformat' });
    await expect(root.send(copy)).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: 'Invalid copy source object key',
    });
  });
});

// As recorded from AWS in LocalStack's test_s3_get_object_preconditions and test_s3_copy_object_preconditions.
test('a date in the future is no condition', async () => {
  await put('dated');
  const future = new Date(Date.now() + 600_000);
  const Key = 'dated';
  await root.send(new GetObjectCommand({ Bucket, Key, IfModifiedSince: future }));
  await root.send(new HeadObjectCommand({ Bucket, Key, IfModifiedSince: future }));
  const copy = { Bucket, Key: 'dated-copy', CopySource: `${Bucket}/dated` };
  await root.send(new CopyObjectCommand({ ...copy, CopySourceIfModifiedSince: future }));
  await expect(
    root.send(new CopyObjectCommand({ ...copy, CopySourceIfModifiedSince: new Date() })),
  ).rejects.toMatchObject({ name: 'PreconditionFailed', Condition: 'x-amz-copy-source-If-Modified-Since' });
});

// Measured on S3 in ministackorg/ministack#1475 and localstack/localstack#13894.
describe('a delete on a condition', () => {
  const remove = (Key: string, IfMatch: string, options: { Bucket?: string; VersionId?: string | undefined } = {}) =>
    root.send(new DeleteObjectCommand({ Bucket, Key, IfMatch, ...options }));

  test.each([Bucket, VERSIONED])('happens only if it holds (%s)', async (bucket) => {
    const { ETag } = await put('matched', 'x', bucket);
    const failed = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } };
    await expect(remove('matched', '"other"', { Bucket: bucket })).rejects.toMatchObject(failed);
    await root.send(new HeadObjectCommand({ Bucket: bucket, Key: 'matched' }));
    await remove('matched', ETag!, { Bucket: bucket });
    for (const condition of ['*', ETag!]) {
      await expect(remove('matched', condition, { Bucket: bucket })).rejects.toMatchObject({ name: 'NoSuchKey' });
    }
    await put('matched', 'x', bucket);
    await remove('matched', '*', { Bucket: bucket });
  });

  test('of a version is not implemented, as on S3, nor by size or date', async () => {
    const { VersionId, ETag } = await put('version', 'x', VERSIONED);
    const refused = { name: 'NotImplemented', Header: 'If-Match' };
    await expect(remove('version', ETag!, { Bucket: VERSIONED, VersionId })).rejects.toMatchObject(refused);
    for (const [name, input] of [
      ['x-amz-if-match-size', { IfMatchSize: 1 }],
      ['x-amz-if-match-last-modified-time', { IfMatchLastModifiedTime: new Date() }],
    ] as const) {
      await expect(root.send(new DeleteObjectCommand({ Bucket, Key: 'k', ...input }))).rejects.toMatchObject({
        name: 'NotImplemented',
        Header: name,
      });
    }
  });

  test('needs the right to read the object, unless any will do', async () => {
    const user = fixture.user(
      'deleter',
      [{ Effect: 'Allow', Action: 's3:DeleteObject', Resource: '*' }],
      OTHER_ACCOUNT,
    );
    fixture.createBucket('others', { account: OTHER_ACCOUNT });
    const other = fixture.root(OTHER_ACCOUNT);
    const { ETag } = await other.send(new PutObjectCommand({ Bucket: 'others', Key: 'k', Body: 'x' }));
    const delete_ = (IfMatch: string) => user.send(new DeleteObjectCommand({ Bucket: 'others', Key: 'k', IfMatch }));
    await expect(delete_(ETag!)).rejects.toMatchObject({ name: 'AccessDenied' });
    await delete_('*');
  });

  test('one of several spares that object only', async () => {
    const { ETag } = await put('kept', 'x');
    await put('gone', 'x');
    const Objects = [
      { Key: 'kept', ETag: 'another' },
      { Key: 'gone', ETag },
      { Key: 'never', ETag },
    ];
    const answer = await root.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(answer.Deleted).toEqual([{ Key: 'gone' }]);
    expect(answer.Errors).toMatchObject([
      { Key: 'kept', Code: 'PreconditionFailed' },
      { Key: 'never', Code: 'NoSuchKey' },
    ]);
    expect(await read('kept')).toBe('x');
  });

  test('of a version that is not there is an error among several', async () => {
    const { VersionId } = await put('versions', 'x', VERSIONED);
    const Objects = [
      { Key: 'versions', VersionId },
      { Key: 'versions', VersionId: 'HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD' },
    ];
    const answer = await root.send(new DeleteObjectsCommand({ Bucket: VERSIONED, Delete: { Objects } }));
    expect(answer.Deleted).toEqual([{ Key: 'versions', VersionId }]);
    expect(answer.Errors).toMatchObject([{ Key: 'versions', Code: 'NoSuchVersion', VersionId: Objects[1]!.VersionId }]);
  });

  test.each([
    ['Size', { Size: 1 }],
    ['LastModifiedTime', { LastModifiedTime: new Date() }],
  ])('by %s, which only directory buckets know, deletes nothing', async (name, condition) => {
    await put('guarded');
    const Delete = { Objects: [{ Key: 'guarded', ...condition }] };
    await expect(root.send(new DeleteObjectsCommand({ Bucket, Delete }))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining(name),
    });
    expect(await read('guarded')).toBe('guarded');
  });
});

describe('CreateBucket', () => {
  const first = () => fixture.root(ACCOUNT, { region: 'us-east-1' });
  const create = (client: S3Client, input: CreateBucketCommandInput) => client.send(new CreateBucketCommand(input));
  const within = (LocationConstraint: string) => ({
    CreateBucketConfiguration: { LocationConstraint: LocationConstraint as 'eu-west-1' },
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, BucketAlreadyOwnedByYou
  test('of one’s own bucket is done already in us-east-1, and keeps what is there', async () => {
    const client = first();
    expect((await create(client, { Bucket: 'mine' })).Location).toBe('/mine');
    await client.send(new PutObjectCommand({ Bucket: 'mine', Key: 'k', Body: 'kept' }));
    expect((await create(client, { Bucket: 'mine' })).Location).toBe('/mine');
    await client.send(new HeadObjectCommand({ Bucket: 'mine', Key: 'k' }));
    const stranger = fixture.root(OTHER_ACCOUNT, { region: 'us-east-1' });
    await expect(create(stranger, { Bucket: 'mine' })).rejects.toMatchObject({ name: 'BucketAlreadyExists' });
    await expect(create(root, { Bucket: 'mine', ...within(REGION) })).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
  });

  test('without a constraint in its configuration is one in us-east-1', async () => {
    for (const [Bucket, CreateBucketConfiguration] of [
      ['no-constraint', {}],
      ['empty-constraint', { LocationConstraint: '' as 'eu-west-1' }],
    ] as const) {
      await first().send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
      expect(fixture.s3.bucket(Bucket).settings.region).toBe('us-east-1');
    }
  });

  test('from us-east-1 makes buckets anywhere, and elsewhere only there', async () => {
    const client = first();
    expect(await create(client, { Bucket: 'anywhere', ...within('eu-west-1') })).toMatchObject({
      Location: 'http://anywhere.s3.amazonaws.com/',
      BucketArn: 'arn:aws:s3:::anywhere',
    });
    const there = fixture.root(ACCOUNT, { region: 'eu-west-1' });
    expect((await there.send(new HeadBucketCommand({ Bucket: 'anywhere' }))).BucketRegion).toBe('eu-west-1');
    await expect(create(client, { Bucket: 'anywhere', ...within('eu-west-1') })).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
    for (const region of ['us-east-1', 'foo']) {
      await expect(create(client, { Bucket: 'nowhere', ...within(region) })).rejects.toMatchObject({
        name: 'InvalidLocationConstraint',
      });
    }
    await expect(create(root, { Bucket: 'nowhere', ...within('bar') })).rejects.toMatchObject({
      name: 'IllegalLocationConstraintException',
      message: 'The bar location constraint is incompatible for the region specific endpoint this request was sent to.',
    });
  });

  test('takes a lock that is off, and one that is on turns versions on', async () => {
    await create(root, { Bucket: 'unlocked', ...within(REGION), ObjectLockEnabledForBucket: false });
    await create(root, { Bucket: 'locked', ...within(REGION), ObjectLockEnabledForBucket: true });
    const statusOf = async (name: string) => (await root.send(new GetBucketVersioningCommand({ Bucket: name }))).Status;
    expect([await statusOf('unlocked'), await statusOf('locked')]).toEqual([undefined, 'Enabled']);
  });

  test.each([
    ['s3:PutBucketOwnershipControls', { ObjectOwnership: 'ObjectWriter' as const }],
    ['s3:PutBucketVersioning', { ObjectLockEnabledForBucket: true }],
    ['s3:PutBucketObjectLockConfiguration', { ObjectLockEnabledForBucket: true }],
  ])('needs %s for %j', async (action, input) => {
    const name = `without-${action.slice(3).toLowerCase()}`;
    const user = fixture.user(name, [
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect: 'Deny', Action: action, Resource: '*' },
    ]);
    await expect(create(user, { Bucket: name.slice(0, 60), ...within(REGION), ...input })).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await create(user, { Bucket: name.slice(0, 60), ...within(REGION) });
  });

  test.each([
    ['Tags', { Tags: [{ Key: 'a', Value: 'b' }] }],
    ['Bucket', { Bucket: { Type: 'Directory' as const } }],
  ])('refuses %s by name', async (name, configuration) => {
    const CreateBucketConfiguration = { LocationConstraint: REGION as 'eu-central-1', ...configuration };
    await expect(create(root, { Bucket: 'refused', CreateBucketConfiguration })).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining(`element ${name} of CreateBucketConfiguration`),
    });
  });
});
