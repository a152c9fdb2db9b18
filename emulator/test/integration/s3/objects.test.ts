import { createHash, randomBytes } from 'node:crypto';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canonicalUserId } from '../../../core/accounts.ts';
import { ACCOUNT, OTHER_ACCOUNT, REGION, S3Fixture } from './s3-fixture.ts';

let fixture: S3Fixture;
let root: S3Client;

beforeAll(async () => {
  fixture = await S3Fixture.start();
  root = fixture.root();
});

afterEach(() => fixture.endTest());

afterAll(() => fixture.close());

async function read(input: GetObjectCommandInput, client = root): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand(input));
  return Body!.transformToString();
}

test.each(['a-s3alias', 'a--ol-s3', 'a--op-s3', 'a.mrap', 'a--table-s3', 'xn--a', 'sthree-a', '1.2.3.4'])(
  'a bucket can’t be named %s',
  async (Bucket) => {
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    const create = root.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    await expect(create).rejects.toMatchObject({ name: 'InvalidBucketName' });
  },
);

test('a bucket name belongs to one account of all', async () => {
  const other = fixture.root(OTHER_ACCOUNT);
  const configuration = { LocationConstraint: REGION } as const;
  const create = new CreateBucketCommand({ Bucket: 'taken', CreateBucketConfiguration: configuration });
  await root.send(create);
  await expect(root.send(create)).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
  await expect(other.send(create)).rejects.toMatchObject({ name: 'BucketAlreadyExists' });
  expect((await root.send(new GetBucketLocationCommand({ Bucket: 'taken' }))).LocationConstraint).toBe(REGION);
  expect((await root.send(new HeadBucketCommand({ Bucket: 'taken' }))).BucketRegion).toBe(REGION);
  expect((await root.send(new GetBucketVersioningCommand({ Bucket: 'taken' }))).Status).toBeUndefined();
  const { Buckets, Owner } = await root.send(new ListBucketsCommand());
  expect(Buckets?.map(({ Name }) => Name)).toContain('taken');
  expect(Owner?.ID).toBe(canonicalUserId(ACCOUNT));
  expect((await other.send(new ListBucketsCommand())).Buckets ?? []).toEqual([]);
  await root.send(new DeleteBucketCommand({ Bucket: 'taken' }));
  await expect(root.send(new HeadBucketCommand({ Bucket: 'taken' }))).rejects.toMatchObject({ name: 'NotFound' });
});

test('everything said about an object comes back with it', async () => {
  const Bucket = fixture.createBucket('metadata');
  const said = {
    ContentType: 'text/plain; charset=utf-8',
    ContentEncoding: 'gzip',
    ContentLanguage: 'de',
    ContentDisposition: 'attachment; filename="a.txt"',
    CacheControl: 'max-age=60',
    WebsiteRedirectLocation: '/elsewhere',
    StorageClass: 'STANDARD_IA' as const,
    Metadata: { plain: 'value', encoded: '=?UTF-8?B?w6TDtsO8?=' },
  };
  const Key = 'a.txt';
  await root.send(new PutObjectCommand({ Bucket, Key, Body: 'content', Tagging: 'a=1&b=2', ...said }));
  for (const Command of [GetObjectCommand, HeadObjectCommand]) {
    const answer = await root.send(new Command({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    expect(answer).toMatchObject({
      ...said,
      ETag: `"${createHash('md5').update('content').digest('hex')}"`,
      ContentLength: 7,
      AcceptRanges: 'bytes',
      ServerSideEncryption: 'AES256',
      ChecksumType: 'FULL_OBJECT',
      TagCount: 2,
    });
    expect(answer.VersionId).toBeUndefined();
  }
  const { TagSet } = await root.send(new GetObjectTaggingCommand({ Bucket, Key }));
  expect(TagSet).toEqual([
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '2' },
  ]);
  const Tagging = { TagSet: [{ Key: 'c', Value: 'd e+é' }] };
  await root.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging }));
  expect((await root.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet).toEqual(Tagging.TagSet);
  const plain = await root.send(new PutObjectCommand({ Bucket, Key: 'plain', Body: new Uint8Array() }));
  expect(plain.ETag).toBe('"d41d8cd98f00b204e9800998ecf8427e"');
  const head = await root.send(new HeadObjectCommand({ Bucket, Key: 'plain' }));
  expect(head).toMatchObject({ ContentLength: 0, Metadata: {} });
  expect(head.StorageClass).toBeUndefined();
  expect(head.ChecksumType).toBeUndefined();
});

const HOSTILE_KEYS = [
  'a b+c%2Fd',
  '../../etc/passwd',
  '/leading',
  'trailing/',
  'double//slash',
  '.',
  '..',
  'é🐘\u{10ffff}',
  'quote"\'<&>',
  'line\nbreak\tand\u0001',
  '?versionId=x#fragment',
  '__proto__',
  'k'.repeat(1024),
];

test.each(['path style', 'virtual-hosted style'])('any key is a key (%s)', async (style) => {
  const Bucket = fixture.createBucket(`keys-${style.slice(0, 4)}`);
  const client = fixture.root(ACCOUNT, {
    forcePathStyle: style === 'path style',
    endpoint: `https://s3.localhost:${fixture.port}`,
  });
  for (const Key of HOSTILE_KEYS) await client.send(new PutObjectCommand({ Bucket, Key, Body: `of ${Key}` }));
  for (const Key of HOSTILE_KEYS) expect(await read({ Bucket, Key }, client)).toBe(`of ${Key}`);
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
  expect(new Set(Contents?.map(({ Key }) => Key))).toEqual(new Set(HOSTILE_KEYS));
  expect(fixture.events.map(({ key }) => key)).toEqual(HOSTILE_KEYS);
  const Objects = HOSTILE_KEYS.map((Key) => ({ Key }));
  const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(Deleted).toHaveLength(HOSTILE_KEYS.length);
  expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  await client.send(new DeleteBucketCommand({ Bucket }));
});

test('a range is that part of the object and nothing else', async () => {
  const Bucket = fixture.createBucket('ranges');
  await root.send(new PutObjectCommand({ Bucket, Key: 'digits', Body: '0123456789' }));
  const part = await root.send(
    new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=3-5', ChecksumMode: 'ENABLED' }),
  );
  expect(part).toMatchObject({ ContentRange: 'bytes 3-5/10', ContentLength: 3, $metadata: { httpStatusCode: 206 } });
  expect(part.ChecksumType).toBeUndefined();
  expect(await part.Body?.transformToString()).toBe('345');
  // As recorded from AWS in LocalStack's test_get_object_range.
  const whole = { Bucket, Key: 'digits', Range: 'bytes=0-100', ChecksumMode: 'ENABLED' } as const;
  const answer = await root.send(new GetObjectCommand(whole));
  expect(answer).toMatchObject({ ContentRange: 'bytes 0-9/10', ChecksumType: 'FULL_OBJECT' });
  expect(await answer.Body?.transformToString()).toBe('0123456789');
  expect(await read({ Bucket, Key: 'digits', Range: 'bytes=-2' })).toBe('89');
  await expect(read({ Bucket, Key: 'digits', Range: 'bytes=10-' })).rejects.toMatchObject({
    name: 'InvalidRange',
    ActualObjectSize: '10',
  });
});

test('a reader of one version never sees another', async () => {
  const Bucket = fixture.createBucket('pinned');
  const Key = 'k';
  const first = randomBytes(8 * 1024 * 1024);
  const { ETag } = await root.send(new PutObjectCommand({ Bucket, Key, Body: first }));
  const { Body } = await root.send(new GetObjectCommand({ Bucket, Key }));
  await root.send(new PutObjectCommand({ Bucket, Key, Body: 'second' }));
  expect(await read({ Bucket, Key })).toBe('second');
  expect(Buffer.compare(first, await Body!.transformToByteArray())).toBe(0);
  await expect(read({ Bucket, Key, IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(root.send(new GetObjectCommand({ Bucket, Key, IfModifiedSince: new Date() }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 304 },
  });
});

test('a conditional write happens only if its condition holds', async () => {
  const Bucket = fixture.createBucket('conditional');
  const put = (Body: string, condition: { IfMatch?: string; IfNoneMatch?: string }) =>
    root.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ...condition }));
  await expect(put('0', { IfMatch: '"x"' })).rejects.toMatchObject({ name: 'NoSuchKey' });
  const { ETag } = await put('1', { IfNoneMatch: '*' });
  await expect(put('2', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await put('3', { IfMatch: ETag! });
  await expect(put('4', { IfMatch: ETag! })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  expect(await read({ Bucket, Key: 'k' })).toBe('3');
  expect(fixture.events).toHaveLength(2);
});

describe('the id of a version that S3 never gave', () => {
  const Bucket = 'version-ids';
  const object = { Bucket, Key: 'k' };
  const EMPTY = 'Version id cannot be the empty string';
  let UploadId: string | undefined;

  beforeAll(async () => {
    fixture.createBucket(Bucket, { versioning: 'Enabled' });
    await root.send(new PutObjectCommand({ ...object, Body: 'x' }));
    ({ UploadId } = await root.send(new CreateMultipartUploadCommand({ Bucket, Key: 'upload' })));
  });

  const copy = (VersionId: string) =>
    root.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/k?versionId=${VersionId}` }));
  const copyPart = (VersionId: string) => {
    const CopySource = `${Bucket}/k?versionId=${VersionId}`;
    return root.send(new UploadPartCopyCommand({ Bucket, Key: 'upload', UploadId, PartNumber: 1, CopySource }));
  };

  test.each<[string, (versionId: string) => Promise<unknown>, string?]>([
    ['GetObject', (VersionId: string) => root.send(new GetObjectCommand({ ...object, VersionId }))],
    ['DeleteObject', (VersionId: string) => root.send(new DeleteObjectCommand({ ...object, VersionId }))],
    ['GetObjectTagging', (VersionId: string) => root.send(new GetObjectTaggingCommand({ ...object, VersionId }))],
    ['GetObjectAcl', (VersionId: string) => root.send(new GetObjectAclCommand({ ...object, VersionId }))],
    ['UploadPartCopy', copyPart, 'x-amz-copy-source'],
  ])('is an error of %s, empty or not', async (_, send, ArgumentName = 'versionId') => {
    const refusal = { name: 'InvalidArgument', ArgumentName };
    await expect(send('abc')).rejects.toMatchObject({ ...refusal, message: 'Invalid version id specified' });
    await expect(send('')).rejects.toMatchObject({ ...refusal, message: EMPTY });
  });

  test('is an error of CopyObject and of a listing', async () => {
    await expect(copy('abc')).rejects.toMatchObject({ name: 'InvalidRequest', message: 'Invalid Request' });
    await expect(copy('')).rejects.toMatchObject({ name: 'InvalidArgument', message: EMPTY });
    const listing = new ListObjectVersionsCommand({ Bucket, KeyMarker: 'k', VersionIdMarker: 'abc' });
    await expect(root.send(listing)).rejects.toMatchObject({ message: 'Invalid version id specified' });
  });

  test('is not that of a delete marker, of which no copy is made', async () => {
    const { VersionId } = await root.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    const message = 'The source of a copy request may not specifically refer to a delete marker by version id.';
    for (const send of [copy, copyPart]) {
      await expect(send(VersionId!)).rejects.toMatchObject({ name: 'InvalidRequest', message });
    }
  });
});

test('versions are kept, marked deleted, and removed one by one', async () => {
  const Bucket = fixture.createBucket('versions', { versioning: 'Enabled' });
  const Key = 'k';
  const first = await root.send(new PutObjectCommand({ Bucket, Key, Body: '1' }));
  const second = await root.send(new PutObjectCommand({ Bucket, Key, Body: '2' }));
  expect(await read({ Bucket, Key, VersionId: first.VersionId })).toBe('1');
  const marker = await root.send(new DeleteObjectCommand({ Bucket, Key }));
  expect(marker.DeleteMarker).toBe(true);
  await expect(read({ Bucket, Key })).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(read({ Bucket, Key, VersionId: marker.VersionId })).rejects.toMatchObject({ name: 'MethodNotAllowed' });
  const VersionId = 'HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD';
  await expect(read({ Bucket, Key, VersionId })).rejects.toMatchObject({ name: 'NoSuchVersion' });
  const versions: [string | undefined, boolean | undefined][] = [];
  for (let KeyMarker: string | undefined, VersionIdMarker: string | undefined, more = true; more; ) {
    const page = await root.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1, KeyMarker, VersionIdMarker }));
    for (const each of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
      versions.push([each.VersionId, each.IsLatest]);
    }
    ({ NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page);
    more = page.IsTruncated === true;
  }
  expect(versions).toEqual([
    [marker.VersionId, true],
    [second.VersionId, false],
    [first.VersionId, false],
  ]);
  await root.send(new DeleteObjectCommand({ Bucket, Key, VersionId: marker.VersionId }));
  expect(await read({ Bucket, Key })).toBe('2');
  await root.send(new DeleteObjectCommand({ Bucket, Key, VersionId: second.VersionId }));
  expect(await read({ Bucket, Key })).toBe('1');
  const [one, two] = fixture.events;
  expect(one).toMatchObject({ versionId: first.VersionId, eventName: 'ObjectCreated:Put', principalId: ACCOUNT });
  expect(one!.sequencer < two!.sequencer).toBe(true);
});

test('with versioning suspended, a new object takes the place of the null version only', async () => {
  const Bucket = fixture.createBucket('suspended', { versioning: 'Enabled' });
  const kept = await root.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'kept' }));
  fixture.s3.bucket(Bucket).settings.versioning = 'Suspended';
  await root.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'null 1' }));
  const { VersionId } = await root.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'null 2' }));
  expect(VersionId).toBe('null');
  expect((await root.send(new ListObjectVersionsCommand({ Bucket }))).Versions).toHaveLength(2);
  await root.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  expect(await read({ Bucket, Key: 'k', VersionId: kept.VersionId })).toBe('kept');
});

test('a listing pages through keys and common prefixes', async () => {
  const Bucket = fixture.createBucket('listing');
  for (const Key of ['a', 'b/1', 'b/2', 'c d', 'e']) await root.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  const seen: (string | undefined)[] = [];
  for (let ContinuationToken: string | undefined, more = true; more; ) {
    const page = await root.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 1, ContinuationToken }));
    seen.push(...(page.Contents ?? []).map(({ Key }) => Key), ...(page.CommonPrefixes ?? []).map((p) => p.Prefix));
    ({ NextContinuationToken: ContinuationToken } = page);
    more = page.IsTruncated === true;
  }
  expect(seen).toEqual(['a', 'b/', 'c d', 'e']);
  const owned = await root.send(new ListObjectsV2Command({ Bucket, StartAfter: 'b/2', FetchOwner: true }));
  expect(owned.Contents).toMatchObject([
    { Key: 'c d', Size: 3, StorageClass: 'STANDARD', Owner: { ID: canonicalUserId(ACCOUNT) } },
    { Key: 'e' },
  ]);
  const encoded = await root.send(new ListObjectsCommand({ Bucket, EncodingType: 'url', Marker: 'b/2', MaxKeys: 1 }));
  expect(encoded).toMatchObject({ Contents: [{ Key: 'c+d' }], IsTruncated: true });
  await expect(root.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'x' }))).rejects.toMatchObject({
    name: 'InvalidArgument',
  });
});

test('a copy carries content, metadata and tags, unless told otherwise, and outlives its source', async () => {
  const Bucket = fixture.createBucket('copies');
  const said = { ContentType: 'text/plain', Metadata: { a: '1' }, Tagging: 't=1' };
  await root.send(new PutObjectCommand({ Bucket, Key: 'from +', Body: 'content', ...said }));
  const CopySource = `${Bucket}/${encodeURIComponent('from +')}`;
  const copied = await root.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource }));
  const replaced = { ContentType: 'text/html', Metadata: { b: '2' } };
  await root.send(new CopyObjectCommand({ Bucket, Key: 'new', CopySource, MetadataDirective: 'REPLACE', ...replaced }));
  await expect(root.send(new CopyObjectCommand({ Bucket, Key: 'from +', CopySource }))).rejects.toMatchObject({
    name: 'InvalidRequest',
  });
  await expect(
    root.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource, CopySourceIfMatch: '"x"' })),
  ).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await root.send(new DeleteObjectCommand({ Bucket, Key: 'from +' }));
  expect(await read({ Bucket, Key: 'to' })).toBe('content');
  const head = await root.send(new HeadObjectCommand({ Bucket, Key: 'to' }));
  expect(head).toMatchObject({ ContentType: 'text/plain', Metadata: { a: '1' }, TagCount: 1 });
  expect(head.ETag).toBe(copied.CopyObjectResult?.ETag);
  expect(await root.send(new HeadObjectCommand({ Bucket, Key: 'new' }))).toMatchObject(replaced);
  expect(fixture.events.map(({ eventName }) => eventName)).toEqual([
    'ObjectCreated:Put',
    'ObjectCreated:Copy',
    'ObjectCreated:Copy',
  ]);
});

test('an archived object can be seen but not read', async () => {
  const Bucket = fixture.createBucket('archive');
  await root.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', StorageClass: 'GLACIER' }));
  expect((await root.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).StorageClass).toBe('GLACIER');
  await expect(read({ Bucket, Key: 'k' })).rejects.toMatchObject({ name: 'InvalidObjectState' });
});

test('attributes and the ACL tell size, checksum and owner', async () => {
  const Bucket = fixture.createBucket('attributes');
  await root.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'abc', ChecksumAlgorithm: 'CRC32' }));
  const ObjectAttributes = ['ETag', 'Checksum', 'ObjectSize', 'StorageClass'] as const;
  const attributes = await root.send(
    new GetObjectAttributesCommand({ Bucket, Key: 'k', ObjectAttributes: [...ObjectAttributes] }),
  );
  expect(attributes).toMatchObject({
    ETag: '900150983cd24fb0d6963f7d28e17f72',
    Checksum: { ChecksumCRC32: 'NSRBwg==', ChecksumType: 'FULL_OBJECT' },
    ObjectSize: 3,
    StorageClass: 'STANDARD',
  });
  const { Owner, Grants } = await root.send(new GetObjectAclCommand({ Bucket, Key: 'k' }));
  const ID = canonicalUserId(ACCOUNT);
  expect(Owner?.ID).toBe(ID);
  expect(Grants).toMatchObject([{ Grantee: { ID, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }]);
});

test('what is deleted or overwritten takes no room', async () => {
  const Bucket = fixture.createBucket('room');
  const before = await fixture.filesOnDisk();
  for (const Body of ['1', '2', '3']) await root.send(new PutObjectCommand({ Bucket, Key: 'k', Body }));
  await root.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/k` }));
  expect(await fixture.filesOnDisk()).toBe(before + 1);
  await root.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  await root.send(new DeleteObjectCommand({ Bucket, Key: 'copy' }));
  expect(await fixture.filesOnDisk()).toBe(before);
});

test('what is not implemented says so', async () => {
  const Bucket = fixture.createBucket('unknown');
  const cors = { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }] };
  await expect(root.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: cors }))).rejects.toMatchObject({
    name: 'NotImplemented',
    message: expect.stringContaining('cors'),
  });
  await expect(
    root.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', SSECustomerAlgorithm: 'AES256' })),
  ).rejects.toMatchObject({ name: 'NotImplemented', Header: 'x-amz-server-side-encryption-customer-algorithm' });
  await expect(
    root.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ObjectLockMode: 'GOVERNANCE' })),
  ).rejects.toMatchObject({ name: 'NotImplemented' });
});

test('a sparse object of 10 GiB is there at once', async () => {
  const Bucket = fixture.createBucket('sparse');
  const sizeBytes = 10 * 1024 ** 3;
  await fixture.s3.putSparseObject({ bucket: Bucket, key: 'huge', sizeBytes });
  const head = await root.send(new HeadObjectCommand({ Bucket, Key: 'huge', ChecksumMode: 'ENABLED' }));
  expect(head).toMatchObject({ ContentLength: sizeBytes, ChecksumType: 'FULL_OBJECT' });
  expect(await read({ Bucket, Key: 'huge', Range: `bytes=${sizeBytes - 3}-` })).toBe('\0\0\0');
  expect(fixture.events).toMatchObject([{ key: 'huge', sizeBytes, eTag: expect.stringMatching(/-2$/) }]);
});
