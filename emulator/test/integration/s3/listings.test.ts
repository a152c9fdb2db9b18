/** Markers, pages and filters of the listings. What is expected is what LocalStack's tests of 2026-02-21 recorded from AWS. */
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListBucketsCommand,
  type ListBucketsCommandInput,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { OTHER_ACCOUNT, S3Fixture } from './s3-fixture.ts';

const Bucket = 'listed';
const UPLOADS = 'with-uploads';
const KEYS = ['folder/aSub/1', 'folder/aSub/2', 'folder/file1', 'folder/file2'];
const FOLDER = { Bucket, Prefix: 'folder/', Delimiter: '/' };

let fixture: S3Fixture;
let root: S3Client;

beforeAll(async () => {
  fixture = await S3Fixture.start();
  root = fixture.root();
  for (const bucket of [Bucket, UPLOADS]) fixture.createBucket(bucket, { versioning: 'Enabled' });
  for (const Key of KEYS) await root.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
});

afterEach(() => fixture.endTest());

afterAll(() => fixture.close());

interface Keyed {
  Key?: string | undefined;
}

const NO_ENCODING = { name: 'InvalidArgument', message: 'Invalid Encoding Method specified in Request' };

const keysOf = (listed: Keyed[] = []) => listed.map(({ Key }) => Key);
const prefixesOf = (listed: { Prefix?: string | undefined }[] = []) => listed.map(({ Prefix }) => Prefix);

describe('a marker within a common prefix', () => {
  test('has ListObjects leave out that prefix', async () => {
    const listed = await root.send(new ListObjectsCommand({ ...FOLDER, Marker: 'folder/aSub/1' }));
    expect(prefixesOf(listed.CommonPrefixes)).toEqual([]);
    expect(keysOf(listed.Contents)).toEqual(['folder/file1', 'folder/file2']);
    const first = await root.send(new ListObjectsCommand({ ...FOLDER, MaxKeys: 1 }));
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'folder/aSub/' });
    const next = await root.send(new ListObjectsCommand({ ...FOLDER, MaxKeys: 1, Marker: 'folder/aSub/' }));
    expect(next).toMatchObject({ IsTruncated: true, NextMarker: 'folder/file1', Contents: [{ Key: 'folder/file1' }] });
  });

  test('has ListObjectVersions leave it out, too', async () => {
    const listed = await root.send(
      new ListObjectVersionsCommand({ ...FOLDER, KeyMarker: 'folder/aSub/1', MaxKeys: 1 }),
    );
    expect(prefixesOf(listed.CommonPrefixes)).toEqual([]);
    expect(listed).toMatchObject({ Versions: [{ Key: 'folder/file1' }], NextKeyMarker: 'folder/file1' });
    const first = await root.send(new ListObjectVersionsCommand({ ...FOLDER, MaxKeys: 1 }));
    expect(first).toMatchObject({ NextKeyMarker: 'folder/aSub/', IsTruncated: true });
    expect(first.NextVersionIdMarker).toBeUndefined();
  });
});

test('StartAfter is neither shown nor minded once a token goes on', async () => {
  const first = await root.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1, StartAfter: KEYS[0] }));
  expect(first).toMatchObject({ StartAfter: KEYS[0], Contents: [{ Key: KEYS[1] }] });
  const next = await root.send(
    new ListObjectsV2Command({ Bucket, StartAfter: KEYS[3], ContinuationToken: first.NextContinuationToken }),
  );
  expect(next.StartAfter).toBeUndefined();
  expect(keysOf(next.Contents)).toEqual(KEYS.slice(2));
});

interface Asked {
  MaxKeys?: number;
  EncodingType?: 'url';
  OptionalObjectAttributes?: 'RestoreStatus'[];
}
const LISTINGS: [string, (asked: Asked) => Promise<object>][] = [
  ['ListObjects', (asked) => root.send(new ListObjectsCommand({ Bucket, ...asked }))],
  ['ListObjectsV2', (asked) => root.send(new ListObjectsV2Command({ Bucket, ...asked }))],
  ['ListObjectVersions', (asked) => root.send(new ListObjectVersionsCommand({ Bucket, ...asked }))],
];

describe.each(LISTINGS)('%s', (_, list) => {
  test('has no page of nothing', async () => {
    const listed = await list({ MaxKeys: 0 });
    expect(listed).toMatchObject({ IsTruncated: false, MaxKeys: 0 });
    expect(listed).not.toHaveProperty('Contents');
  });

  test('refuses an encoding that is none', async () => {
    await expect(list({ EncodingType: 'value' as 'url' })).rejects.toMatchObject(NO_ENCODING);
  });

  test('refuses an attribute that is none', async () => {
    const OptionalObjectAttributes = ['Other' as 'RestoreStatus'];
    await expect(list({ OptionalObjectAttributes })).rejects.toMatchObject({ name: 'InvalidArgument' });
    await list({ OptionalObjectAttributes: ['RestoreStatus'] });
  });
});

describe('ListMultipartUploads', () => {
  const list = (input: Partial<ListMultipartUploadsCommandInput> = {}) =>
    root.send(new ListMultipartUploadsCommand({ Bucket: UPLOADS, ...input }));
  const begin = async (Key: string) => {
    const { UploadId } = await root.send(new CreateMultipartUploadCommand({ Bucket: UPLOADS, Key }));
    return { Key, UploadId: UploadId! };
  };
  let uploads: { Key: string; UploadId: string }[];

  beforeAll(async () => {
    expect(await list()).toMatchObject({ NextKeyMarker: '', NextUploadIdMarker: '', IsTruncated: false });
    uploads = [];
    for (const key of ['b', 'a', 'a', 'a', 'c d']) uploads.push(await begin(key));
  });

  const inOrder = () => [uploads[1], uploads[2], uploads[3], uploads[0], uploads[4]].map((upload) => upload!);

  test('is in the order of keys, and of one key in the order of beginning', async () => {
    const { Uploads, NextKeyMarker, NextUploadIdMarker, Prefix, Delimiter } = await list();
    expect(Uploads).toMatchObject(inOrder());
    expect([NextKeyMarker, NextUploadIdMarker]).toEqual(['c d', uploads[4]!.UploadId]);
    expect([Prefix, Delimiter]).toEqual([undefined, undefined]);
  });

  test('goes on after its markers, page by page', async () => {
    const seen = [];
    for (let markers = {}, more = true; more; ) {
      const page = await list({ MaxUploads: 1, ...markers });
      seen.push(...page.Uploads!);
      markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
      more = page.IsTruncated!;
    }
    expect(seen).toMatchObject(inOrder());
    expect(keysOf((await list({ KeyMarker: 'a' })).Uploads)).toEqual(['b', 'c d']);
    expect((await list({ UploadIdMarker: uploads[3]!.UploadId })).Uploads).toHaveLength(5);
    expect((await list({ KeyMarker: 'a', UploadIdMarker: uploads[2]!.UploadId, MaxUploads: 1 })).Uploads).toMatchObject(
      [uploads[3]],
    );
  });

  test('refuses the id of another key’s upload as a marker, and takes one that has ended', async () => {
    await expect(list({ KeyMarker: 'a', UploadIdMarker: uploads[0]!.UploadId })).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: 'Invalid uploadId marker',
    });
    const ended = await begin('a');
    const behind = await begin('a');
    await root.send(new AbortMultipartUploadCommand({ Bucket: UPLOADS, ...ended }));
    const { Uploads } = await list({ KeyMarker: 'a', UploadIdMarker: ended.UploadId });
    expect(Uploads).toMatchObject([behind, uploads[0], uploads[4]]);
    await root.send(new AbortMultipartUploadCommand({ Bucket: UPLOADS, ...behind }));
  });

  test('rolls keys up at a delimiter', async () => {
    const kept = [];
    for (const key of ['folder/aSub/1', 'folder/aSub/2', 'folder/file1']) kept.push(await begin(key));
    const asked = { Prefix: 'folder/', Delimiter: '/' };
    const all = await list(asked);
    expect(prefixesOf(all.CommonPrefixes)).toEqual(['folder/aSub/']);
    expect(all).toMatchObject({ ...asked, Uploads: [{ Key: 'folder/file1' }], NextKeyMarker: 'folder/file1' });
    const first = await list({ ...asked, MaxUploads: 1 });
    expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: '', NextUploadIdMarker: '' });
    expect(first.Uploads).toBeUndefined();
    const within = await list({ ...asked, KeyMarker: 'folder/aSub/1' });
    expect(within.CommonPrefixes).toBeUndefined();
    expect(keysOf(within.Uploads)).toEqual(['folder/file1']);
    for (const upload of kept) await root.send(new AbortMultipartUploadCommand({ Bucket: UPLOADS, ...upload }));
  });

  test('encodes keys when it is asked to', async () => {
    const listed = await list({ EncodingType: 'url', KeyMarker: 'b b' });
    expect(listed).toMatchObject({ KeyMarker: 'b+b', NextKeyMarker: 'c+d', EncodingType: 'url' });
    expect(keysOf(listed.Uploads)).toEqual(['c+d']);
    await expect(list({ EncodingType: 'value' as 'url' })).rejects.toMatchObject(NO_ENCODING);
  });

  test('parts come in pages, and a marker behind the last one is no error', async () => {
    const to = { Bucket: UPLOADS, ...uploads[0]! };
    for (const PartNumber of [1, 2]) await root.send(new UploadPartCommand({ ...to, PartNumber, Body: 'part' }));
    const first = await root.send(new ListPartsCommand({ ...to, MaxParts: 1 }));
    expect(first).toMatchObject({ NextPartNumberMarker: '1', IsTruncated: true, Parts: [{ PartNumber: 1 }] });
    const behind = await root.send(new ListPartsCommand({ ...to, MaxParts: 1, PartNumberMarker: '10' }));
    expect(behind).toMatchObject({ PartNumberMarker: '10', NextPartNumberMarker: '0', IsTruncated: false });
    expect(behind.Parts).toBeUndefined();
    await expect(root.send(new ListPartsCommand({ ...to, PartNumberMarker: 'x' }))).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
  });
});

describe('ListBuckets', () => {
  let other: S3Client;
  const namesOf = async (input: ListBucketsCommandInput) =>
    (await other.send(new ListBucketsCommand(input))).Buckets!.map(({ Name }) => Name);

  beforeAll(() => {
    other = fixture.root(OTHER_ACCOUNT);
    for (const name of ['page-b', 'page-a', 'page-c']) fixture.createBucket(name, { account: OTHER_ACCOUNT });
    fixture.createBucket('far-away', { account: OTHER_ACCOUNT, region: 'us-west-2' });
  });

  test('comes in pages', async () => {
    const seen = [];
    let asked: { ContinuationToken?: string | undefined } = { ContinuationToken: '' };
    do {
      const page = await other.send(new ListBucketsCommand({ MaxBuckets: 1, ...asked }));
      expect(page.Buckets).toHaveLength(1);
      seen.push(page.Buckets![0]!.Name);
      asked = { ContinuationToken: page.ContinuationToken };
    } while (asked.ContinuationToken !== undefined);
    expect(seen).toEqual(['far-away', 'page-a', 'page-b', 'page-c']);
  });

  test('is filtered by prefix and by region', async () => {
    expect(await namesOf({ Prefix: 'page-' })).toEqual(['page-a', 'page-b', 'page-c']);
    expect(await namesOf({ Prefix: 'PAGE-' })).toEqual([]);
    expect(await namesOf({ BucketRegion: 'us-west-2' })).toEqual(['far-away']);
    expect(await namesOf({ BucketRegion: 'us-west-2', Prefix: 'page-' })).toEqual([]);
    const { Buckets, Prefix } = await other.send(new ListBucketsCommand({ Prefix: 'far' }));
    expect(Prefix).toBe('far');
    expect(Buckets).toMatchObject([{ BucketRegion: 'us-west-2', BucketArn: 'arn:aws:s3:::far-away' }]);
  });

  test.each([
    [{ BucketRegion: 'eu-east-1' }, 'Argument value eu-east-1 is not a valid AWS Region'],
    [{ ContinuationToken: 'x' }, 'The continuation token provided is incorrect'],
    [{ MaxBuckets: 0 }, expect.stringContaining('max-buckets')],
    [{ MaxBuckets: 10_001 }, expect.stringContaining('max-buckets')],
  ])('%j is refused', async (input, message) => {
    await expect(namesOf(input)).rejects.toMatchObject({ name: 'InvalidArgument', message });
  });
});
