/**
 * Every object is proved, whatever its age: docs/fidelity.md, row by row, with the real bundles. A bit that flips on the way from the
 * source is found in each row but the last, before the destination shows the object.
 */
import { randomBytes } from 'node:crypto';
import { GetObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ChecksumAlgorithm, Faults } from '../../../emulator/index.ts';
import { smallLarge } from '../../support/large.ts';
import {
  changeSettings,
  DESTINATION_BUCKET,
  eventually,
  NO_PAUSES,
  PREFIX,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';
import {
  checksumOf,
  putInParts,
  putWhole,
  settingsOf,
  sha256,
  silentUploader,
  turnBackTime,
} from '../../support/uploads.ts';

const MIB = 1024 ** 2;
/** Of unequal sizes, as UploadPartCopy and some tools make them. */
const PARTS = [5 * MIB + 7, 5 * MIB, 3].map((size) => randomBytes(size));
const SMALL = randomBytes(5_000);
const MEDIUM = randomBytes(2 * MIB);

type Upload = (key: string) => Promise<unknown>;
type Expected = { checksumOrigin: string; checksumAlgorithm: string; transferKind?: string; parts?: string };
type Row = [name: string, bytes: Buffer, upload: Upload, expected: Expected];

let world: TwoAccounts;
let uploader: ReturnType<typeof silentUploader>;
const faults = new Faults({ seed: 1 });

const whole = (bytes: Buffer, algorithm?: ChecksumAlgorithm, options = {}): [Buffer, Upload] => [
  bytes,
  (key) => putWhole(uploader, key, bytes, algorithm, options),
];
const inParts = (parts: Buffer[], algorithm?: ChecksumAlgorithm, options = {}): [Buffer, Upload] => [
  Buffer.concat(parts),
  (key) => putInParts(uploader, key, parts, algorithm, options),
];
/** Shared out among workers; each part of the source is a part of the destination, or none is. */
const LARGE: Row[] = [
  ['composite CRC32', ...inParts(PARTS, 'CRC32'), ofParts('CRC32', 'large', 1)],
  ['composite CRC32C', ...inParts(PARTS, 'CRC32C'), ofParts('CRC32C', 'large', 1)],
  ['composite SHA-256', ...inParts(PARTS, 'SHA256'), ofParts('CRC32', 'large', 3)],
  ['composite SHA-512', ...inParts(PARTS, 'SHA512'), ofParts('CRC32', 'large', 3)],
  ['no checksum', ...inParts(PARTS), eTag('CRC32', 'large', 3)],
];

const KMS = { ServerSideEncryption: 'aws:kms' };

const PROVED: Row[] = [
  ['CRC64NVME over the whole, small', ...whole(SMALL, 'CRC64NVME'), handedOn('CRC64NVME')],
  ['CRC32C over the whole, in a stream', ...whole(MEDIUM, 'CRC32C'), handedOn('CRC32C')],
  ['SHA-1 over the whole, in a stream', ...whole(MEDIUM, 'SHA1'), handedOn('SHA1')],
  ['SHA-512 over the whole, in a stream', ...whole(MEDIUM, 'SHA512'), handedOn('SHA512')],
  ['composite CRC32, one small part', ...inParts([SMALL], 'CRC32'), ofParts('CRC32', 'single', 1)],
  ['composite CRC32C, one part in a stream', ...inParts([MEDIUM], 'CRC32C'), ofParts('CRC32C', 'single', 1)],
  ['composite CRC32, parts', ...inParts(PARTS, 'CRC32'), ofParts('CRC32', 'single', 1)],
  ['composite CRC32C, parts', ...inParts(PARTS, 'CRC32C'), ofParts('CRC32C', 'single', 1)],
  ['composite SHA-256, one small part', ...inParts([SMALL], 'SHA256'), ofParts('CRC32', 'single', 1)],
  ['composite SHA-1, one part in a stream', ...inParts([MEDIUM], 'SHA1'), ofParts('CRC32', 'multipart', 1)],
  ['composite SHA-1, parts', ...inParts(PARTS, 'SHA1'), ofParts('CRC32', 'multipart', 3)],
  ['composite SHA-256, parts', ...inParts(PARTS, 'SHA256'), ofParts('CRC32', 'multipart', 3)],
  ['composite SHA-512, parts', ...inParts(PARTS, 'SHA512'), ofParts('CRC32', 'multipart', 3)],
  ['composite MD5, parts', ...inParts(PARTS, 'MD5'), ofParts('CRC32', 'multipart', 3)],
  ['composite SHA-256 under SSE-KMS', ...inParts(PARTS, 'SHA256', KMS), ofParts('CRC32', 'multipart', 3)],
  ['no checksum, small', ...whole(SMALL), eTag('MD5', 'single', 1)],
  ['no checksum, empty', ...whole(Buffer.alloc(0)), eTag('MD5', 'single', 1)],
  ['no checksum, in a stream', ...whole(MEDIUM), eTag('MD5', 'single', 1)],
  ['no checksum, one small part', ...inParts([SMALL]), eTag('CRC32', 'single', 1)],
  ['no checksum, one part in a stream', ...inParts([MEDIUM]), eTag('CRC32', 'multipart', 1)],
  ['no checksum, parts', ...inParts(PARTS), eTag('CRC32', 'multipart', 3)],
];

const ON_TRUST: Row[] = [
  ['no checksum, small, under SSE-KMS', ...whole(SMALL, undefined, KMS), transit('single', 1)],
  ['no checksum, in a stream, under SSE-KMS', ...whole(MEDIUM, undefined, KMS), transit('multipart', 1)],
  ['no checksum, parts, under SSE-KMS', ...inParts(PARTS, undefined, KMS), transit('multipart', 1)],
];

function handedOn(checksumAlgorithm: string): Expected {
  return { checksumOrigin: 'source', checksumAlgorithm, transferKind: 'single', parts: '1' };
}
function ofParts(checksumAlgorithm: string, transferKind: string, parts: number): Expected {
  return { checksumOrigin: 'sourceParts', checksumAlgorithm, transferKind, parts: String(parts) };
}
function eTag(checksumAlgorithm: string, transferKind: string, parts: number): Expected {
  return { checksumOrigin: 'sourceETag', checksumAlgorithm, transferKind, parts: String(parts) };
}
function transit(transferKind: string, parts: number): Expected {
  return { checksumOrigin: 'transit', checksumAlgorithm: 'CRC32', transferKind, parts: String(parts) };
}

const delivered = (key: string) =>
  eventually(async () => {
    const item = await world.ledgerItem(key);
    return item?.['status'] === 'delivered' && item;
  });

/** The digests of everything that the destination has ever shown under a key. */
async function everShown(key: string): Promise<string[]> {
  const s3 = new S3Client({ ...settingsOf(world.b.s3), responseChecksumValidation: 'WHEN_REQUIRED' });
  const Bucket = DESTINATION_BUCKET;
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: PREFIX + key }));
  return Promise.all(
    Versions.map(async ({ Key, VersionId }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      return sha256(await Body!.transformToByteArray());
    }),
  );
}

/** Flips a bit of what is read of a key: of the nth answer, or of all. */
function flip(key: string, nth?: number) {
  return faults.add({
    name: `flip ${key}`,
    match: { service: 's3', operation: 'GetObject', bucket: SOURCE_BUCKET, key },
    when: nth === undefined ? { probability: 1 } : { nth },
    fault: { kind: 'bit-flip', side: 'response', atByte: 2 },
  });
}

async function expectDelivered(key: string, bytes: Buffer, upload: Upload, expected: Expected): Promise<void> {
  await upload(key);
  const item = await delivered(key);
  expect(item).toMatchObject({ ...expected, checksumType: 'FULL_OBJECT' });
  const computed = await checksumOf(item['checksumAlgorithm'] as ChecksumAlgorithm, bytes);
  expect(item['checksumValue']).toBe(computed);
  // Content-MD5 is verified and not kept.
  expect(item['checksumAnswered']).toBe(item['checksumAlgorithm'] === 'MD5' ? undefined : computed);
  expect(new Set(await everShown(key))).toEqual(new Set([sha256(bytes)]));
}

/** A message about the key, as the queue would hand it out for the fifth time. */
function lastReceive(key: string) {
  const s3 = { bucket: { name: SOURCE_BUCKET }, object: { key: encodeURIComponent(key) } };
  const body = JSON.stringify({ Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }] });
  const attributes = { ApproximateReceiveCount: '5' };
  return { eventSource: 'aws:sqs', messageId: key, receiptHandle: 'r', body, attributes };
}

function begin(change: Parameters<typeof startTwoAccounts>[0]) {
  beforeAll(async () => {
    world = await startTwoAccounts({ ...change, faults });
    turnBackTime(world);
    uploader = silentUploader(world);
  });

  afterEach(() => faults.clear());

  afterAll(async () => {
    expect(world.cloud.unexpectedErrors).toEqual([]);
    await world.close();
  });
}

describe('in one invocation', () => {
  begin({ change: (stacks) => changeSettings(stacks, { ...NO_PAUSES }) });

  test.each([...PROVED, ...ON_TRUST])('%s: proved as documented', async (name, bytes, upload, expected) => {
    await expectDelivered(`plain/${name}`, bytes, upload, expected);
  });

  test.each(PROVED.filter(([, { length }]) => length > 0))(
    '%s: a flipped bit is found before anything is shown',
    async (name, bytes, upload, expected) => {
      const key = `flipped/${name}`;
      const rule = flip(key, 1);
      await expectDelivered(key, bytes, upload, expected);
      expect(rule.injected).toBe(1);
    },
  );

  test.each(PROVED.filter(([name]) => /^composite (CRC32C|SHA-256), parts|^no checksum, parts/.test(name)))(
    '%s: a flipped bit in a later part as well',
    async (name, bytes, upload, expected) => {
      const key = `later/${name}`;
      const rule = flip(key, name.includes('CRC') ? 1 : 2);
      await expectDelivered(key, bytes, upload, expected);
      expect(rule.injected).toBe(1);
    },
  );

  test.each<[string, string, Upload]>([
    ['composite SHA-256', 'SourceCorrupt', inParts(PARTS, 'SHA256')[1]],
    ['composite SHA-256, small', 'SourceCorrupt', inParts([SMALL], 'SHA256')[1]],
    ['ETag of parts', 'SourceCorrupt', inParts(PARTS)[1]],
    ['ETag of one piece', 'ChecksumRefused', whole(SMALL)[1]],
  ])('%s: what stays corrupt ends in a dead letter with the reason, and is never shown', async (name, code, upload) => {
    const key = `corrupt/${name}`;
    flip(key);
    await upload(key);
    await world.invoke({ Records: [lastReceive(key)] });
    const letters = await world.deadLetters();
    expect(letters.map(({ MessageAttributes }) => MessageAttributes?.['ErrorCode']?.StringValue)).toEqual([code]);
    expect(await world.ledgerItem(key)).toMatchObject({ status: 'failed', reasonCode: code });
    expect(await everShown(key)).toEqual([]);
  });
});

describe('by several workers', () => {
  begin({ change: (stacks) => smallLarge(stacks) });

  test.each([...LARGE, ['no checksum, under SSE-KMS', ...inParts(PARTS, undefined, KMS), transit('large', 1)] as Row])(
    '%s: proved as documented',
    async (name, bytes, upload, expected) => expectDelivered(`plain/${name}`, bytes, upload, expected),
  );

  test.each(LARGE)('%s: a flipped bit is found before anything is shown', async (name, bytes, upload, expected) => {
    const key = `flipped/${name}`;
    const rule = flip(key, 1);
    await expectDelivered(key, bytes, upload, expected);
    expect(rule.injected).toBe(1);
  });

  test('what stays corrupt is begun three times, and ends in a dead letter with the reason', async () => {
    const key = 'corrupt';
    flip(key);
    await putInParts(uploader, key, PARTS, 'SHA256');
    const letters = await eventually(async () => {
      const taken = await world.deadLetters();
      return taken.length > 0 && taken;
    });
    expect(letters.map(({ MessageAttributes }) => MessageAttributes?.['ErrorCode']?.StringValue)).toEqual([
      'SourceCorrupt',
    ]);
    expect(await world.ledgerItem(key)).toMatchObject({ status: 'failed', reasonCode: 'SourceCorrupt', attempts: '3' });
    expect(await everShown(key)).toEqual([]);
  });
});
