/** The relay's own code over HTTPS against the local AWS, with somebody stepping in between two of its requests. */
import { pipeline, type Readable, Transform } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SourceObject } from '../../../functions/core/source-object.ts';
import { relayAtOnce } from '../../../functions/doors/relay-at-once.ts';
import { type InProcessRelay, inProcessRelay, justBefore } from '../../support/in-process-relay.ts';
import { delivered } from '../../support/relay.ts';
import {
  changeProperties,
  closeSound,
  DESTINATION_BUCKET,
  disableMappings,
  PREFIX,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';
import { putInParts, putWhole, silentUploader, turnBackTime } from '../../support/uploads.ts';

const MIB = 1024 ** 2;
const SMALL = 1000;
const MEDIUM = 9 * MIB;
/** In two parts. */
const LARGE = 65 * MIB;

let world: TwoAccounts;
let relay: InProcessRelay;

const put = (key: string, byte: string, size: number) =>
  world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: Buffer.alloc(size, byte) }));

const relayed = async (key: string) =>
  delivered(await relayAtOnce(relay.invocation, { source: new SourceObject(SOURCE_BUCKET, key) }));

/** The different bytes that the destination's object is made of: one letter, unless two versions were spliced. */
async function lettersAt(key: string): Promise<string> {
  const { Body } = await world.b.s3.send(new GetObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }));
  const letters = new Set<string>();
  for await (const chunk of Body as Readable) {
    const bytes = chunk as Buffer;
    const pure = bytes.equals(Buffer.alloc(bytes.length, bytes[0]));
    letters.add(pure ? String.fromCharCode(bytes[0]!) : 'a mixture');
  }
  return [...letters].join();
}

const isThere = (key: string) =>
  world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key })).then(
    () => true,
    () => false,
  );

describe.each([
  ['versioned', { VersioningConfiguration: { Status: 'Enabled' } }],
  ['unversioned', { VersioningConfiguration: { Status: 'Suspended' } }],
])('a %s source', (_, properties) => {
  beforeAll(async () => {
    world = await startTwoAccounts({
      change: (stacks) => {
        changeProperties(stacks.slice(0, 1), 'AWS::S3::Bucket', properties);
        // Only the relay in this process is to work here.
        disableMappings(stacks);
      },
    });
  });

  beforeEach(() => {
    relay = inProcessRelay(world);
  });

  afterAll(() => closeSound(world));

  test.each([
    ['small', SMALL, 1],
    ['in one stream', MEDIUM, 1],
    ['large, before its first part', LARGE, 1],
    ['large, before its last part', LARGE, 2],
    ['large, by a small one', LARGE, 2, SMALL],
  ])('an overwrite in mid-copy never splices two versions: %s', async (key, size, nth, newSize = size) => {
    await put(key, 'a', size);
    justBefore(
      relay.reader,
      'GetObject',
      (each) => each === nth,
      () => put(key, 'b', newSize),
    );
    const [receipt] = await relayed(key);
    expect(await lettersAt(key)).toBe('b');
    expect(receipt!.source.sizeBytes).toBe(newSize);
    expect(receipt!.attempts).toBe(2);
  });

  test.each([
    ['SHA256', 'GetObject', 1],
    ['SHA256', 'GetObject', 2],
    ['CRC32C', 'HeadObject', 2],
    ['CRC32C', 'HeadObject', 3],
    ['CRC32C', 'GetObject', 1],
  ] as const)('nor where its parts are looked at by number: composite %s, before %s %i', async (name, command, nth) => {
    const key = `parts/${name}/${command}/${nth}`;
    const parts = [5 * MIB + 1, MIB].map((size) => Buffer.alloc(size, 'a'));
    await putInParts(silentUploader(world), key, parts, name);
    justBefore(
      relay.reader,
      command,
      (each) => each === nth,
      () => put(key, 'b', MEDIUM),
    );
    const [receipt] = await relayed(key);
    expect(await lettersAt(key)).toBe('b');
    expect(receipt!).toMatchObject({ source: { sizeBytes: MEDIUM }, attempts: 2 });
  });

  test('an object that is overwritten all the time goes back to the queue rather than being copied for ever', async () => {
    await put('restless', 'a', SMALL);
    justBefore(
      relay.reader,
      'GetObject',
      () => true,
      (nth) => put('restless', String.fromCharCode(97 + nth), SMALL),
    );
    await expect(relayed('restless')).rejects.toMatchObject({ code: 'SourceChanged', retryable: true });
    expect(await world.ledgerItem('restless')).not.toMatchObject({ status: 'failed' });
  });
});

describe('bytes that are damaged on the way', () => {
  beforeAll(async () => {
    world = await startTwoAccounts({
      change: disableMappings,
    });
  });

  beforeEach(() => {
    relay = inProcessRelay(world);
  });

  afterAll(() => world.close());

  test.each([
    ['one PutObject', SMALL],
    ['one PutObject of a stream', MEDIUM],
    ['a multipart upload', LARGE],
  ])('are refused by the destination, and nothing is stored: %s', async (key, size) => {
    await put(key, 'a', size);
    damageReads(relay.reader);
    await expect(relayed(key)).rejects.toMatchObject({ code: 'ChecksumRefused', retryable: true });
    expect(await isThere(key)).toBe(false);
  });

  test.each([
    ['SHA256', [5 * MIB + 1, MIB]],
    [undefined, [5 * MIB + 1, MIB]],
    ['SHA256', [SMALL]],
    [undefined, [SMALL]],
  ] as const)('are found where digests of parts are compared, and nothing is stored: %s, %j', async (name, sizes) => {
    const key = `parts/${name}/${sizes}`;
    turnBackTime(world);
    const parts = sizes.map((size) => Buffer.alloc(size, 'a'));
    await putInParts(silentUploader(world), key, parts, name);
    damageReads(relay.reader);
    const completed: string[] = [];
    justBefore(
      relay.writer,
      'CompleteMultipartUpload',
      () => true,
      async () => completed.push(key),
    );
    await expect(relayed(key)).rejects.toMatchObject({ code: 'SourceCorrupt', retryable: true });
    expect(completed).toEqual([]);
    expect(await isThere(key)).toBe(false);
  });

  test('what only trust vouches for is refused along a route that demands a proof', async () => {
    const [route] = relay.invocation.config.routes;
    turnBackTime(world);
    await putWhole(silentUploader(world), 'trusted', Buffer.alloc(SMALL), undefined, {
      ServerSideEncryption: 'aws:kms',
    });
    relay.invocation.config.routes[0] = { ...route!, requireProof: true };
    await expect(relayed('trusted')).rejects.toMatchObject({ code: 'Unprovable', retryable: false });
    expect(await isThere('trusted')).toBe(false);
    expect(await world.ledgerItem('trusted')).toMatchObject({ status: 'failed', reasonCode: 'Unprovable' });
    relay.invocation.config.routes[0] = route!;
    expect((await relayed('trusted'))[0]!.checksum).toMatchObject({ algorithm: 'CRC32', origin: 'transit' });
  });

  test('a part that fails is sent again, alone', async () => {
    await put('retried', 'a', LARGE);
    let failures = 0;
    justBefore(
      relay.writer,
      'UploadPart',
      (nth) => nth === 2,
      async () => {
        failures++;
        throw Object.assign(new Error('Please reduce your request rate.'), {
          name: 'SlowDown',
          $metadata: { httpStatusCode: 503 },
        });
      },
    );
    const [receipt] = await relayed('retried');
    expect(failures).toBe(1);
    expect(receipt!.transfer).toEqual({ kind: 'multipart', parts: 2 });
    expect(await lettersAt('retried')).toBe('a');
  });

  test('an upload given up stays invisible; its parts wait for the lifecycle rule', async () => {
    await put('given-up', 'a', LARGE);
    justBefore(
      relay.writer,
      'UploadPart',
      () => true,
      async () => {
        throw Object.assign(new Error('broken'), { name: 'InternalError', $metadata: { httpStatusCode: 500 } });
      },
    );
    await expect(relayed('given-up')).rejects.toMatchObject({
      code: 'TransferFailed',
      retryable: true,
      operation: 'UploadPart',
    });
    expect(await isThere('given-up')).toBe(false);
    const { Uploads } = await world.b.s3.send(new ListMultipartUploadsCommand({ Bucket: DESTINATION_BUCKET }));
    expect(Uploads?.map(({ Key }) => Key)).toContain(`${PREFIX}given-up`);
  });
});

/** Flips one bit in each body that is read, as a bad network card would. */
function damageReads(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const output = result.output as { Body?: Readable };
      if (context['commandName'] === 'GetObjectCommand' && output.Body) {
        // With a pipe, nobody would hear the error of a read that is given up.
        output.Body = pipeline(output.Body, flipFirstBit(), () => undefined);
      }
      return result;
    },
    { step: 'initialize', name: 'damage' },
  );
}

function flipFirstBit(): Transform {
  let done = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      const copy = Buffer.from(chunk);
      if (!done && copy.length > 0) copy[0]! ^= 1;
      done = true;
      callback(null, copy);
    },
  });
}
