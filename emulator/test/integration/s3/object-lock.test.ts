/** A bucket with Object Lock and a default retention: what it asks of writers, and what it keeps. */
import { createHash } from 'node:crypto';
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { templateStack } from '../../../templates/assembly.ts';
import { ACCOUNT, REGION, S3Fixture } from './s3-fixture.ts';

const DAY_MS = 86_400_000;
const Bucket = 'kept';

let fixture: S3Fixture;
/** Sends a checksum only when a test says so. */
let plain: S3Client;

beforeAll(async () => {
  fixture = await S3Fixture.start();
  const defaultRetention = { mode: 'COMPLIANCE' as const, days: 30 };
  fixture.createBucket(Bucket, { versioning: 'Enabled', objectLock: { defaultRetention } });
  fixture.createBucket('lock-without-rule', { versioning: 'Enabled', objectLock: {} });
  plain = fixture.root(ACCOUNT, { requestChecksumCalculation: 'WHEN_REQUIRED' });
});

afterAll(async () => {
  expect(fixture.unexpectedErrors).toEqual([]);
  await fixture.close();
});

test('an object without a digest is refused, in S3’s words', async () => {
  await expect(plain.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }))).rejects.toMatchObject({
    name: 'InvalidRequest',
    message:
      'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
  });
});

test('with a checksum or an MD5 it is taken', async () => {
  await plain.send(new PutObjectCommand({ Bucket, Key: 'crc', Body: 'x', ChecksumAlgorithm: 'CRC32' }));
  const ContentMD5 = createHash('md5').update('x').digest('base64');
  await plain.send(new PutObjectCommand({ Bucket, Key: 'md5', Body: 'x', ContentMD5 }));
});

test('each part of a multipart upload needs one as well', async () => {
  const { UploadId } = await plain.send(
    new CreateMultipartUploadCommand({ Bucket, Key: 'parts', ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
  );
  const part = { Bucket, Key: 'parts', UploadId, PartNumber: 1, Body: 'x' };
  await expect(plain.send(new UploadPartCommand(part))).rejects.toMatchObject({
    name: 'InvalidRequest',
    message: 'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Part requests with Object Lock parameters',
  });
  await plain.send(new UploadPartCommand({ ...part, ChecksumAlgorithm: 'CRC32' }));
});

test('a version is kept for as long as the rule says, and tells so; a delete marker may lie on top', async () => {
  const { VersionId } = await plain.send(
    new PutObjectCommand({ Bucket, Key: 'held', Body: 'x', ChecksumAlgorithm: 'CRC32' }),
  );
  const head = await plain.send(new HeadObjectCommand({ Bucket, Key: 'held' }));
  expect(head.ObjectLockMode).toBe('COMPLIANCE');
  const days = (head.ObjectLockRetainUntilDate!.getTime() - Date.now()) / DAY_MS;
  expect(days).toBeGreaterThan(29.9);
  expect(days).toBeLessThan(30.1);
  await expect(plain.send(new DeleteObjectCommand({ Bucket, Key: 'held', VersionId }))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: 'Access Denied because object protected by object lock.',
  });
  expect(await plain.send(new DeleteObjectCommand({ Bucket, Key: 'held' }))).toMatchObject({ DeleteMarker: true });
});

test('without a default retention, Object Lock asks nothing of anybody', async () => {
  const there = { Bucket: 'lock-without-rule', Key: 'a' };
  const { VersionId } = await plain.send(new PutObjectCommand({ ...there, Body: 'x' }));
  await plain.send(new DeleteObjectCommand({ ...there, VersionId }));
});

describe('in a template', () => {
  const start = (Properties: Record<string, unknown>) =>
    LocalCloud.start({
      stacks: [
        templateStack({
          account: ACCOUNT,
          region: REGION,
          name: 'Stack',
          template: { Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties } } },
        }),
      ],
    });
  const Rule = (DefaultRetention: Record<string, unknown>) => ({
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention },
  });

  test('turns versioning on, and counts years as 365 days', async () => {
    const ObjectLockConfiguration = Rule({ Mode: 'GOVERNANCE', Years: 2 });
    const cloud = await start({ BucketName: 'locked', ObjectLockEnabled: true, ObjectLockConfiguration });
    expect(cloud.s3.bucket('locked').settings).toMatchObject({
      versioning: 'Enabled',
      objectLock: { defaultRetention: { mode: 'GOVERNANCE', days: 730 } },
    });
    await cloud.close();
  });

  test.each([
    [
      'a rule without Object Lock',
      { ObjectLockConfiguration: Rule({ Mode: 'GOVERNANCE', Days: 1 }) },
      'cannot be enabled on existing buckets',
    ],
    [
      'days and years',
      { ObjectLockEnabled: true, ObjectLockConfiguration: Rule({ Mode: 'GOVERNANCE', Days: 1, Years: 1 }) },
      'either Days or Years',
    ],
    [
      'suspended versions',
      { ObjectLockEnabled: true, VersioningConfiguration: { Status: 'Suspended' } },
      'needs versioning',
    ],
  ])('%s is refused', async (_, properties, message) => {
    await expect(start(properties)).rejects.toThrow(message);
  });
});
