/**
 * The same bytes once more, within one second, in a bucket without versions: nothing but what their uploader says of them tells
 * the two uploads apart. The slower of two relays must still find out that it has put the older one over the newer one.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import type { SQSRecord } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Faults, LocalCloud, readAssembly } from '../../../emulator/index.ts';
import { relayMessages } from '../../../functions/doors/queue.ts';
import { synthesize } from '../../../local/synth.ts';
import { dropInOnePart } from '../../support/composite.ts';
import { type InProcessRelay, inProcessRelay, justBefore } from '../../support/in-process-relay.ts';
import { executions, smallLarge, startLarge } from '../../support/large.ts';
import { committedContext } from '../../support/stacks.ts';
import {
  changeProperties,
  DESTINATION_BUCKET,
  eventually,
  PREFIX,
  SOURCE_BUCKET,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';

const MIB = 1024 ** 2;
const faults = new Faults({ seed: 1 });
let assembly: string;
let world: TwoAccounts;
/** AWS's clock stands still here while there is a time. */
let stopped: number | undefined;

beforeAll(async () => {
  assembly = await mkdtemp(join(tmpdir(), 'upload-relay-same-second-'));
  const context = committedContext();
  Object.assign(context.source, { versioned: false });
  Object.assign(context.routes[0]!, { copyTags: true, storageClass: 'copy' });
  await synthesize(assembly, context);
  const stacks = readAssembly(assembly);
  changeProperties(stacks, 'AWS::Lambda::EventSourceMapping', { Enabled: false });
  smallLarge(stacks);
  world = twoAccountsOf(await LocalCloud.start({ stacks, faults, clock: () => stopped ?? Date.now() }));
});
beforeEach(() => waiting());
afterEach(() => faults.clear());
afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
  await rm(assembly, { recursive: true });
});

type Words = Pick<PutObjectCommandInput, 'Metadata' | 'Tagging' | 'StorageClass' | 'ContentType'>;

/** Uploads at that very time. */
async function dropAt(time: number, key: string, body: Buffer, words: Words): Promise<void> {
  stopped = time;
  if (body.length > MIB) await dropInOnePart(world, key, body, 'SHA256', 'COMPOSITE', words as object);
  else await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: body, ...words }));
  stopped = undefined;
}

const waiting = () => world.take(world.cloud.outputs('upload-relay-source')['QueueUrl']!);

async function answer(by: InProcessRelay, key: string): Promise<void> {
  const s3 = { bucket: { name: SOURCE_BUCKET }, object: { key } };
  const record = {
    messageId: `message about ${key}`,
    receiptHandle: 'none',
    body: JSON.stringify({ Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }] }),
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
  } as unknown as SQSRecord;
  expect(await relayMessages(by.invocation, { Records: [record] })).toEqual({ batchItemFailures: [] });
}

async function saidOf(Bucket: string, Key: string) {
  const {
    Metadata,
    StorageClass = 'STANDARD',
    ContentType,
  } = await world.b.s3.send(new HeadObjectCommand({ Bucket, Key }));
  const { TagSet } = await world.b.s3.send(new GetObjectTaggingCommand({ Bucket, Key }));
  const Tagging = TagSet!
    .map(({ Key: name, Value }) => `${name}=${Value}`)
    .toSorted()
    .join('&');
  return { Metadata, StorageClass, ContentType, Tagging };
}
const arrived = (key: string) => saidOf(DESTINATION_BUCKET, PREFIX + key);

const OLDER: Words = { Metadata: { state: 'draft' }, Tagging: 'a=1&b=1', StorageClass: 'STANDARD', ContentType: 'a/b' };
const OTHERS: [what: string, words: Words][] = [
  ['metadata', { Metadata: { state: 'final' } }],
  ['a header', { ContentType: 'a/c' }],
  ['tags', { Tagging: 'a=2&b=1' }],
  ['no tags', { Tagging: '' }],
  ['another storage class', { StorageClass: 'STANDARD_IA' }],
];

describe.each([
  ['in one write', 5, 'PutObject'],
  ['in parts', 6 * MIB, 'CompleteMultipartUpload'],
])('%s', (how, sizeBytes, command) => {
  const body = Buffer.alloc(sizeBytes, 'x');

  test.each(OTHERS)('with %s: the newer one is there in the end', async (what, words) => {
    const key = `${how} ${what}`.replaceAll(' ', '-');
    const newer = { ...OLDER, ...words };
    const now = Date.now();
    await dropAt(now, key, body, OLDER);
    const slow = inProcessRelay(world);
    const overtake = async () => {
      await dropAt(now, key, body, newer);
      await answer(inProcessRelay(world), key);
      expect(await arrived(key)).toMatchObject(newer);
    };
    justBefore(slow.writer, command, (nth) => nth === 1, overtake);
    await answer(slow, key);
    expect(await arrived(key)).toMatchObject(newer);
  });
});

test('tags that stay as they are, in whatever order, make no second write', async () => {
  await dropAt(Date.now(), 'written-once', Buffer.from('hello'), OLDER);
  const by = inProcessRelay(world);
  let writes = 0;
  justBefore(
    by.writer,
    'PutObject',
    () => true,
    async () => writes++,
  );
  justBefore(
    by.reader,
    'HeadObject',
    (nth) => nth === 2,
    async () => {
      const TagSet = ['b', 'a'].map((Key) => ({ Key, Value: '1' }));
      await world.a.s3.send(
        new PutObjectTaggingCommand({ Bucket: SOURCE_BUCKET, Key: 'written-once', Tagging: { TagSet } }),
      );
    },
  );
  await answer(by, 'written-once');
  expect(writes).toBe(1);
});

describe('a large object', () => {
  test.each<[string, Words, boolean]>([
    ['metadata', { Metadata: { state: 'final' } }, true],
    ['tags', { Tagging: 'a=2&b=1' }, true],
    ['another storage class', { StorageClass: 'STANDARD_IA' }, true],
    ['all that it had', {}, false],
  ])('with %s: relay-large sees whether it is another upload', async (what, words, isHandedBack) => {
    const key = `large-${what}`.replaceAll(' ', '-');
    const body = Buffer.alloc(9 * MIB, 'x');
    const now = Date.now();
    await dropAt(now, key, body, OLDER);
    await waiting();
    const match = { service: 's3', operation: 'CompleteMultipartUpload', bucket: DESTINATION_BUCKET } as const;
    const rule = faults.add({ name: key, match, when: { times: 1 }, fault: { kind: 'delay', ms: 3_000 } });
    await startLarge(world, { route: 'main', key });
    await eventually(async () => rule.injected > 0);
    await dropAt(now, key, body, { ...OLDER, ...words });
    await eventually(async () => executions(world).every(({ status }) => status !== 'RUNNING'));
    const bodies = (await waiting()).map(({ Body }) => JSON.parse(Body!)).filter((each) => each.key === key);
    expect(bodies).toEqual(isHandedBack ? [{ key, route: 'main' }] : []);
  });
});
