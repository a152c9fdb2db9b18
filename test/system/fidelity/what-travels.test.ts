/**
 * What arrives of what was dropped: docs/fidelity.md, row by row. Archived objects and customer-provided keys are refused, see
 * failures.test.ts; sizes are in delivery.test.ts.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  type ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  type PutObjectCommandInput,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeHeaderValue, LocalCloud, readAssembly } from '../../../emulator/index.ts';
import { synthesize } from '../../../local/synth.ts';
import { dropInOnePart } from '../../support/composite.ts';
import { keyStack } from '../../support/key-stack.ts';
import { committedContext } from '../../support/stacks.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  DESTINATION_BUCKET,
  eventually,
  PREFIX,
  REGION,
  SOURCE_BUCKET,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';

const MIB = 1024 ** 2;
const LARGE = 9 * MIB;
const KMS_BUCKET = 'encrypted-222222222222';

/** By the first folder of the key; main takes what the others don't. */
const ROUTES: [folder: string, options: Record<string, unknown>, bucket?: string][] = [
  ['tagged', { copyTags: true }],
  ['copied', { storageClass: 'copy' }],
  ['fixed', { storageClass: 'GLACIER_IR' }],
  ['mapped', { storageClass: { STANDARD: 'STANDARD_IA', REDUCED_REDUNDANCY: 'STANDARD' } }],
  ['encrypted', {}, KMS_BUCKET],
];

let assembly: string;
let cloud: LocalCloud;
let world: TwoAccounts;
let keys: { source: string; destination: string };

beforeAll(async () => {
  assembly = await mkdtemp(join(tmpdir(), 'upload-relay-fidelity-'));
  cloud = await LocalCloud.start({
    stacks: [keyStack(ACCOUNT_A), keyStack(ACCOUNT_B)],
    accountsWithOperator: [ACCOUNT_A, ACCOUNT_B],
  });
  const keyArn = (account: string) => cloud.outputs('keys', account)['KeyArn']!;
  keys = { source: keyArn(ACCOUNT_A), destination: keyArn(ACCOUNT_B) };
  const context = committedContext();
  context.source['kmsKeyArn'] = keys.source;
  context.routes[0]!['filter'] = { prefix: 'plain/' };
  for (const [folder, options, bucket] of ROUTES) {
    const place = bucket
      ? { bucket, kmsKeyArn: keys.destination }
      : { bucket: DESTINATION_BUCKET, existingBucket: true };
    context.routes.push({
      name: folder,
      filter: { prefix: `${folder}/` },
      destination: { account: ACCOUNT_B, region: REGION, prefix: PREFIX, ...place },
      writerRoleName: `writer-${folder}`,
      externalId: 'an-external-id',
      ...options,
    });
  }
  await synthesize(assembly, context);
  for (const stack of readAssembly(assembly)) await cloud.deploy(stack);
  world = twoAccountsOf(cloud);
});

afterAll(async () => {
  expect(cloud.unexpectedErrors).toEqual([]);
  expect(await world.deadLetters()).toEqual([]);
  await cloud.close();
  await rm(assembly, { recursive: true });
});

const drop = (Key: string, options: Partial<PutObjectCommandInput> = {}) =>
  world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: 'some bytes', ...options }));

/** In one PutObject, or so that it travels in parts. */
function dropSized(key: string, sizeBytes: number, options: Partial<PutObjectCommandInput> = {}) {
  const body = Buffer.alloc(sizeBytes, 'secret');
  if (sizeBytes < LARGE) return drop(key, { ...options, Body: body });
  return dropInOnePart(world, key, body, 'SHA256', 'COMPOSITE', options as Partial<CreateMultipartUploadCommandInput>);
}

/** With these characters and no others a header may be what nobody can send by the SDK's own parameters. */
function withHeader<Command extends PutObjectCommand | CreateMultipartUploadCommand>(
  command: Command,
  name: string,
  value: string,
): Command {
  (command as PutObjectCommand).middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers[name] = value;
      return next(args);
    },
    { step: 'build', name: `header-${name}` },
  );
  return command;
}

const atSource = (Key: string) =>
  world.a.s3.send(new HeadObjectCommand({ Bucket: SOURCE_BUCKET, Key, ChecksumMode: 'ENABLED' }));

const arrived = (key: string, Bucket = DESTINATION_BUCKET) =>
  eventually(() => world.b.s3.send(new HeadObjectCommand({ Bucket, Key: PREFIX + key, ChecksumMode: 'ENABLED' })));

/** Everything an uploader says of an object, as a reader finds it. */
function attributesOf(head: HeadObjectCommandOutput) {
  const { ContentType, ContentEncoding, ContentLanguage, ContentDisposition, CacheControl } = head;
  const { ExpiresString, WebsiteRedirectLocation, Metadata } = head;
  return {
    ContentType,
    ContentEncoding,
    ContentLanguage,
    ContentDisposition,
    CacheControl,
    ExpiresString,
    WebsiteRedirectLocation,
    Metadata,
  };
}

const ATTRIBUTES: [what: string, Partial<PutObjectCommandInput>][] = [
  ['no attributes at all', {}],
  ['Content-Type', { ContentType: 'text/csv; charset=utf-8' }],
  ['Content-Encoding', { ContentEncoding: 'gzip' }],
  ['Content-Language', { ContentLanguage: 'de, en' }],
  ['Content-Disposition', { ContentDisposition: "attachment; filename*=UTF-8''%E6%97%A5.csv" }],
  ['Cache-Control', { CacheControl: 'max-age=60, private' }],
  ['Expires', { Expires: new Date('2030-01-01T00:00:00Z') }],
  ['website redirect', { WebsiteRedirectLocation: 'https://example.com/elsewhere?a=b' }],
  ['user metadata', { Metadata: { project: 'relay', note: 'two  words', empty: '', 'a-b_c.d': '=1' } }],
];
const ALL_ATTRIBUTES = Object.assign({}, ...ATTRIBUTES.map(([, options]) => options)) as Partial<PutObjectCommandInput>;

describe('a reader finds the same', () => {
  test.each([...ATTRIBUTES, ['all of them', ALL_ATTRIBUTES] as const])('%s', async (what, options) => {
    const key = `plain/attributes/${what}`;
    await drop(key, options);
    const source = await atSource(key);
    const { Expires, ...asked } = options;
    expect(source).toMatchObject(asked);
    if (Expires) expect(source.ExpiresString).toBe('Tue, 01 Jan 2030 00:00:00 GMT');
    expect(attributesOf(await arrived(key))).toEqual(attributesOf(source));
  });

  test('all of them, of an object in parts', async () => {
    const key = 'plain/attributes/in-parts';
    await dropSized(key, LARGE, ALL_ATTRIBUTES);
    const head = await arrived(key);
    expect(head.ETag).toMatch(/-1"$/);
    expect(attributesOf(head)).toEqual(attributesOf(await atSource(key)));
    expect(attributesOf(head)).toMatchObject({ CacheControl: 'max-age=60, private', Metadata: { project: 'relay' } });
  });
});

describe('user metadata beyond ASCII is the same text', () => {
  /** Such text travels in encoded words (RFC 2047), which S3 takes in any form and answers in its own. */
  const TEXTS: [name: string, sent: string, text: string][] = [
    ['quoted-printable', '=?UTF-8?Q?caf=C3=A9_=E2=82=AC?=', 'café €'],
    ['base64', '=?UTF-8?B?5pel5pys6Kqe?=', '日本語'],
    ['latin-1', '=?ISO-8859-1?Q?Gr=FC=DFe?=', 'Grüße'],
    ['two-words', '=?UTF-8?B?5pel?= =?UTF-8?B?5pys?=', '日本'],
    ['between-ascii', 'party =?UTF-8?B?8J+OiQ==?= now', 'party 🎉 now'],
  ];

  test.each([
    ['in one piece', 10],
    ['in parts', LARGE],
  ])('%s', async (what, size) => {
    const key = `plain/text/${what}`;
    const Metadata = Object.fromEntries(TEXTS.map(([name, sent]) => [name, sent]));
    await dropSized(key, size, { Metadata });
    const there = (await arrived(key)).Metadata!;
    for (const [name, , text] of TEXTS) expect(decodeHeaderValue(there[name]!)).toBe(text);
    expect(there).toEqual((await atSource(key)).Metadata);
  });
});

describe('Expires is the same text, date or not', () => {
  test.each(['2030-01-01T00:00:00Z', 'when it rains', '3600', '86400', 'max-age=3600', '-1', '0', '300'])(
    '%s',
    async (sent) => {
      for (const [size, way] of [
        [10, 'put'],
        [LARGE, 'parts'],
      ] as const) {
        const key = `plain/expires/${way}/${sent}`;
        await dropWithHeader(key, 'expires', sent, size);
        expect((await atSource(key)).ExpiresString).toBe(sent);
        const head = await arrived(key);
        expect(head.ContentType).toBe('text/plain');
        expect(head.ExpiresString).toBe(sent);
        expect((await receiptOf(key))['altered']).toBeUndefined();
      }
    },
  );
});

describe('what no header can hold on its way is left out, and the receipt says so', () => {
  test.each([
    ['content-language', 'fran\u00e7ais', 'ContentLanguage'],
    ['content-disposition', 'attachment; filename="\u00c3\u00a7.csv"', 'ContentDisposition'],
    ['cache-control', 'max-age=60, \u00e9', 'CacheControl'],
    ['content-encoding', 'gz\u00efp', 'ContentEncoding'],
    ['expires', 'demn\u00e4chst', 'ExpiresString'],
    ['x-amz-website-redirect-location', '/\u00e9', 'WebsiteRedirectLocation'],
  ] as const)('%s: %s', async (name, value, member) => {
    for (const [size, way] of [
      [10, 'put'],
      [LARGE, 'parts'],
    ] as const) {
      const key = `plain/beyond-ascii/${way}/${name}`;
      await dropWithHeader(key, name, value, size);
      expect((await atSource(key))[member]).toBe(value);
      const head = await arrived(key);
      expect(head.ContentType).toBe('text/plain');
      expect(head[member]).toBeUndefined();
      expect(await receiptOf(key)).toMatchObject({ status: 'delivered', altered: name });
    }
  });

  test('metadata that S3 cannot answer as headers', async () => {
    const key = 'plain/missing-meta';
    await drop(key, { Metadata: { '': 'nameless', kept: 'text' } });
    expect(await atSource(key)).toMatchObject({ MissingMeta: 1, Metadata: { kept: 'text' } });
    expect((await arrived(key)).Metadata).toEqual({ kept: 'text' });
    expect(await receiptOf(key)).toMatchObject({ status: 'delivered', altered: 'x-amz-missing-meta' });
  });
});

/** As a stream, whose headers Node sends in Latin-1, so that S3 reads what was signed. */
async function dropWithHeader(key: string, name: string, value: string, sizeBytes: number): Promise<void> {
  const of = { Bucket: SOURCE_BUCKET, Key: key, ContentType: 'text/plain' };
  if (sizeBytes === LARGE) {
    const begin = withHeader(new CreateMultipartUploadCommand({ ...of, ChecksumAlgorithm: 'CRC32' }), name, value);
    const { UploadId } = await world.a.s3.send(begin);
    const upload = { Bucket: SOURCE_BUCKET, Key: key, UploadId };
    const { ETag, ChecksumCRC32 } = await world.a.s3.send(
      new UploadPartCommand({ ...upload, PartNumber: 1, Body: Buffer.alloc(sizeBytes), ChecksumAlgorithm: 'CRC32' }),
    );
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, ChecksumCRC32 }] };
    await world.a.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
    return;
  }
  const Body = Readable.from([Buffer.alloc(sizeBytes)], { objectMode: false });
  await world.a.s3.send(withHeader(new PutObjectCommand({ ...of, Body, ContentLength: sizeBytes }), name, value));
}

const receiptOf = (key: string) => eventually(() => world.ledgerItem(key));

describe('tags', () => {
  const TEN = Array.from({ length: 10 }, (_, index) => ({ Key: `key ${index}`, Value: `a+b=c/ä @${index}` }));
  const Tagging = new URLSearchParams(TEN.map(({ Key, Value }): [string, string] => [Key, Value])).toString();
  const tagsAt = async (key: string) => {
    const { TagSet } = await world.b.s3.send(
      new GetObjectTaggingCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }),
    );
    return TagSet!.toSorted((a, b) => a.Key!.localeCompare(b.Key!));
  };

  test.each([
    ['tagged', 10, TEN],
    ['tagged', LARGE, TEN],
    ['plain', 10, []],
  ])('along route "%s", of %i bytes', async (folder, size, expected) => {
    const key = `${folder}/tags/${size}`;
    await dropSized(key, size, { Tagging });
    await arrived(key);
    expect(await tagsAt(key)).toEqual(expected);
  });
});

describe('storage class', () => {
  test.each<[string, PutObjectCommandInput['StorageClass'], string | undefined]>([
    ['plain', 'STANDARD_IA', undefined],
    ['copied', 'STANDARD', undefined],
    ['copied', 'STANDARD_IA', 'STANDARD_IA'],
    ['copied', 'INTELLIGENT_TIERING', 'INTELLIGENT_TIERING'],
    ['copied', 'REDUCED_REDUNDANCY', 'REDUCED_REDUNDANCY'],
    ['fixed', 'STANDARD', 'GLACIER_IR'],
    ['fixed', 'ONEZONE_IA', 'GLACIER_IR'],
    ['mapped', 'STANDARD', 'STANDARD_IA'],
    ['mapped', 'REDUCED_REDUNDANCY', undefined],
    ['mapped', 'ONEZONE_IA', 'ONEZONE_IA'],
  ])('along route "%s", from %s to %s', async (folder, StorageClass, expected) => {
    const key = `${folder}/class/${StorageClass}`;
    await drop(key, { StorageClass });
    expect((await arrived(key)).StorageClass).toBe(expected);
  });

  test('of an object in parts as well', async () => {
    await dropSized('copied/class/parts', LARGE, { StorageClass: 'ONEZONE_IA' });
    expect((await arrived('copied/class/parts')).StorageClass).toBe('ONEZONE_IA');
  });
});

describe('encryption is the destination bucket’s, whatever the source has', () => {
  const sse = (isKms: boolean) => (isKms ? 'aws:kms' : 'AES256');

  test.each([
    ['SSE-S3', 'SSE-S3'],
    ['SSE-S3', 'SSE-KMS'],
    ['SSE-KMS', 'SSE-S3'],
    ['SSE-KMS', 'SSE-KMS'],
  ])('%s → %s', async (from, to) => {
    const isFromKms = from === 'SSE-KMS';
    const isToKms = to === 'SSE-KMS';
    for (const size of [10, LARGE]) {
      const key = `${isToKms ? 'encrypted' : 'plain'}/sse/${from}-${to}-${size}`;
      const body = Buffer.alloc(size, 'secret');
      await dropSized(key, size, { ServerSideEncryption: sse(isFromKms) });
      const source = await atSource(key);
      expect(source.ServerSideEncryption).toBe(sse(isFromKms));
      expect(source.SSEKMSKeyId).toBe(isFromKms ? keys.source : undefined);
      const Bucket = isToKms ? KMS_BUCKET : DESTINATION_BUCKET;
      const head = await arrived(key, Bucket);
      expect(head.ServerSideEncryption).toBe(sse(isToKms));
      expect(head.SSEKMSKeyId).toBe(isToKms ? keys.destination : undefined);
      const { Body } = await world.b.s3.send(new GetObjectCommand({ Bucket, Key: PREFIX + key }));
      expect(digest(await Body!.transformToByteArray())).toBe(digest(body));
    }
  });
});

type Way = 'put' | 'composite' | 'full-object';

describe('the checksum', () => {
  test.each<[Way, ChecksumAlgorithm, number, ChecksumAlgorithm, 'source' | 'sourceParts']>([
    ['put', 'CRC64NVME', 10, 'CRC64NVME', 'source'],
    ['put', 'CRC32', 10, 'CRC32', 'source'],
    ['put', 'CRC32C', 10, 'CRC32C', 'source'],
    ['put', 'SHA1', 10, 'SHA1', 'source'],
    ['put', 'SHA256', 10, 'SHA256', 'source'],
    ['put', 'CRC64NVME', LARGE, 'CRC64NVME', 'source'],
    ['put', 'CRC32', LARGE, 'CRC32', 'source'],
    ['put', 'CRC32C', LARGE, 'CRC32C', 'source'],
    ['put', 'SHA1', LARGE, 'SHA1', 'source'],
    ['put', 'SHA256', LARGE, 'SHA256', 'source'],
    ['put', 'CRC64NVME', 65 * MIB, 'CRC64NVME', 'source'],
    ['put', 'SHA256', 65 * MIB, 'SHA256', 'source'],
    ['full-object', 'CRC64NVME', 10, 'CRC64NVME', 'source'],
    ['full-object', 'CRC32', 10, 'CRC32', 'source'],
    ['full-object', 'CRC32C', LARGE, 'CRC32C', 'source'],
    ['composite', 'CRC32', 10, 'CRC32', 'sourceParts'],
    ['composite', 'CRC32C', LARGE, 'CRC32C', 'sourceParts'],
    ['composite', 'SHA1', 10, 'CRC32', 'sourceParts'],
    ['composite', 'SHA256', LARGE, 'CRC32', 'sourceParts'],
  ])(
    'uploaded as %s with %s, %i bytes: proved by %s, known from the %s',
    async (way, algorithm, size, proof, origin) => {
      const key = `plain/checksum/${way}-${algorithm}-${size}`;
      const body = Buffer.alloc(size, 'to be summed');
      if (way === 'put') await drop(key, { Body: body, ChecksumAlgorithm: algorithm });
      else await dropInOnePart(world, key, body, algorithm, way === 'composite' ? 'COMPOSITE' : 'FULL_OBJECT');
      const source = await atSource(key);
      expect(source.ChecksumType).toBe(way === 'composite' ? 'COMPOSITE' : 'FULL_OBJECT');
      const head = await arrived(key);
      expect(head.ChecksumType).toBe('FULL_OBJECT');
      const value = head[`Checksum${proof}` as 'ChecksumCRC32'];
      if (origin === 'source') expect(value).toBe(source[`Checksum${proof}` as 'ChecksumCRC32']);
      const receipt = await eventually(() => world.ledgerItem(key));
      expect(receipt).toMatchObject({
        status: 'delivered',
        checksumAlgorithm: proof,
        checksumType: 'FULL_OBJECT',
        checksumValue: value,
        checksumAnswered: value,
        checksumOrigin: origin,
      });
    },
  );
});

describe('every way an object comes into being leads here through the queue', () => {
  const WAYS: [kind: string, make: (key: string) => Promise<unknown>][] = [
    ['Put', (key) => drop(key)],
    [
      'Copy',
      async (key) => {
        await drop('elsewhere/original', { ContentType: 'text/plain' });
        const CopySource = `${SOURCE_BUCKET}/elsewhere/original`;
        await world.a.s3.send(new CopyObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, CopySource }));
      },
    ],
    ['CompleteMultipartUpload', (key) => dropInOnePart(world, key, Buffer.from('some bytes'), 'CRC32', 'COMPOSITE')],
    // A browser's form: the local S3 has none, so it is S3's event about an object of which S3 says nothing here.
    ['Post', postByForm],
  ];

  test.each(WAYS)('%s', async (kind, make) => {
    const key = `plain/kinds/${kind}`;
    await make(key);
    expect((await arrived(key)).ContentLength).toBe(10);
    // Only an event has one.
    expect(await eventually(() => world.ledgerItem(key))).toMatchObject({ sequencer: expect.any(String) });
  });
});

async function postByForm(key: string): Promise<void> {
  await cloud.s3.putSparseObject({ bucket: SOURCE_BUCKET, key, sizeBytes: 10 });
  const { VersionId, ETag } = await atSource(key);
  const object = { key, size: 10, eTag: ETag!.slice(1, -1), versionId: VersionId, sequencer: '0055AED6DCD90281E5' };
  const record = {
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Post',
    s3: { bucket: { name: SOURCE_BUCKET }, object },
  };
  const MessageBody = JSON.stringify({ Records: [record] });
  const QueueUrl = cloud.outputs('upload-relay-source')['QueueUrl']!;
  await world.a.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
