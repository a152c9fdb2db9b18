/** A company lets a vendor list and read one bucket by a role, and the vendor fetches what is there. */
import {
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT_A, ACCOUNT_B } from '../../support/two-accounts.ts';
import { assume, type Clients, roleArn, type Scenario, startScenario } from './scenario.ts';

const READER = roleArn(ACCOUNT_B, 'vendor-reader');
const ExternalId = 'vendor-7421';
const Bucket = 'reports-222222222222';
const Key = '2026/january.csv';
const FILES = { [Key]: 'a,b', '2026/februar +1.csv': 'c,d', 'empty.csv': '' };
const HOUR_MS = 3_600_000;
let scenario: Scenario;
let vendor: Clients;
let reader: Clients;

beforeAll(async () => {
  scenario = await startScenario('4-vendor', { templates: { vendor: ACCOUNT_A, company: ACCOUNT_B } });
  vendor = scenario.as(scenario.keysOf('importer'));
  const company = scenario.as(scenario.cloud.operator(ACCOUNT_B));
  for (const [key, Body] of Object.entries(FILES)) {
    await company.s3.send(new PutObjectCommand({ Bucket, Key: key, Body }));
  }
  reader = scenario.as((await assume(vendor, READER, { ExternalId })).keys);
});

afterAll(() => scenario.close());

test('the answer says who the vendor is now, and for how long: an hour', async () => {
  const before = Date.now();
  const { assumedRole, expiration } = await assume(vendor, READER, { ExternalId, RoleSessionName: 'vendor' });
  expect(assumedRole.Arn).toBe(`arn:aws:sts::${ACCOUNT_B}:assumed-role/vendor-reader/vendor`);
  expect(assumedRole.AssumedRoleId).toMatch(/^AROA[A-Z2-7]{17}:vendor$/);
  expect(Math.abs(expiration.getTime() - before - HOUR_MS)).toBeLessThan(10_000);
});

test('the vendor lists and reads', async () => {
  const { Contents } = await reader.s3.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents?.map((each) => each.Key)).toEqual(Object.keys(FILES).toSorted());
  const { Body } = await reader.s3.send(new GetObjectCommand({ Bucket, Key }));
  expect(await Body!.transformToString()).toBe('a,b');
});

describe('and nothing else', () => {
  test.each<[string, (s3: S3Client) => Promise<unknown>]>([
    ['put', (s3) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))],
    ['delete', (s3) => s3.send(new DeleteObjectCommand({ Bucket, Key }))],
    ['read tags', (s3) => s3.send(new GetObjectTaggingCommand({ Bucket, Key }))],
    ['read an older version', (s3) => s3.send(new GetObjectCommand({ Bucket, Key, VersionId: 'null' }))],
    ['list versions', (s3) => s3.send(new ListObjectVersionsCommand({ Bucket }))],
    ['ask where the bucket is', (s3) => s3.send(new GetBucketLocationCommand({ Bucket }))],
    ['list buckets', (s3) => s3.send(new ListBucketsCommand({}))],
  ])('%s', async (_, act) => {
    await expect(act(reader.s3)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

test.each([
  ['without the external id', undefined],
  ['with another customer’s external id', 'vendor-7422'],
])('the vendor cannot be talked into it %s', async (_, externalId) => {
  await expect(assume(vendor, READER, { ExternalId: externalId })).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('pulled: everything lands in the vendor’s own bucket', async () => {
  const { Contents = [] } = await reader.s3.send(new ListObjectsV2Command({ Bucket }));
  for (const { Key: key } of Contents) {
    const { Body } = await reader.s3.send(new GetObjectCommand({ Bucket, Key: key! }));
    const params = { Bucket: 'vendor-111111111111', Key: key!, Body: Body! };
    await new Upload({ client: vendor.s3, params }).done();
  }
  const own = scenario.as(scenario.cloud.operator(ACCOUNT_A)).s3;
  for (const [key, content] of Object.entries(FILES)) {
    const { Body } = await own.send(new GetObjectCommand({ Bucket: 'vendor-111111111111', Key: key }));
    expect(await Body!.transformToString(), key).toBe(content);
  }
});
