/** A create-only route: what came first stays. "Large" begins at 10 MiB here. */
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Faults } from '../../../emulator/index.ts';
import { METRICS } from '../../../functions/reporting/metric-names.ts';
import { dropInOnePart } from '../../support/composite.ts';
import { eventFixture } from '../../support/events.ts';
import { executions, LARGE_LOG_GROUP, smallLarge } from '../../support/large.ts';
import { listener } from '../../support/listener.ts';
import {
  changeRoutes,
  DESTINATION_BUCKET,
  eventually,
  LEDGER_TABLE,
  PREFIX,
  RELAY_LOG_GROUP,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const MIB = 1024 ** 2;
const SIZES: [kind: string, sizeBytes: number][] = [
  ['single', 5_000],
  ['single', 9 * MIB],
  ['multipart', 9 * MIB],
  ['large', 11 * MIB],
];

const faults = new Faults({ seed: 1 });
let world: TwoAccounts;

beforeAll(async () => {
  world = await startTwoAccounts({
    faults,
    last: [listener()],
    change: (stacks) => {
      smallLarge(stacks, { largeObjectBytes: 10 * MIB, events: 'all' });
      // The permissions stay those of any route: the condition needs none of its own.
      changeRoutes(stacks, (route) => {
        route.createOnly = true;
      });
    },
  });
});

afterEach(() => faults.clear());

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  expect(await world.deadLetters()).toEqual([]);
  await world.close();
});

const drop = (Key: string, Body: string | Buffer) =>
  world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body }));

const recorded = (key: string, status: string) =>
  eventually(async () => {
    const item = await world.ledgerItem(key);
    return item?.['status'] === status && item;
  });

async function bytesAt(key: string): Promise<Buffer> {
  const { Body } = await world.b.s3.send(new GetObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }));
  return Buffer.from(await Body!.transformToByteArray());
}

const executionsAreOver = () => eventually(async () => executions(world).every(({ status }) => status !== 'RUNNING'));

describe.each(SIZES)('%s, %i bytes', (kind, sizeBytes) => {
  const body = Buffer.alloc(sizeBytes, 'from account A');
  const dropThis = (key: string, bytes = body) =>
    kind === 'multipart' ? dropInOnePart(world, key, bytes) : drop(key, bytes);

  test('what account B holds under the key already stays, and the receipt says so', async () => {
    const key = `taken/${kind}-${sizeBytes}`;
    await world.b.s3.send(new PutObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key, Body: 'B’s own' }));
    const { ETag, VersionId } = await dropThis(key);
    const item = await recorded(key, 'already there');
    expect(item).toEqual({
      id: `main/${key}`,
      route: 'main',
      status: 'already there',
      attempts: '1',
      startedAt: expect.any(String),
      durationMs: expect.any(String),
      sourceBucket: SOURCE_BUCKET,
      sourceKey: key,
      sourceVersionId: VersionId,
      sourceETag: ETag,
      sizeBytes: String(sizeBytes),
      destinationAccount: '222222222222',
      destinationBucket: DESTINATION_BUCKET,
      destinationKey: PREFIX + key,
    });
    expect((await bytesAt(key)).toString()).toBe('B’s own');
  });

  test('a refusal within a 200 is what a 412 is', async () => {
    const key = `within-200/${kind}-${sizeBytes}`;
    const body200 = '<Error><Code>PreconditionFailed</Code><Message>words</Message></Error>\n\n';
    const rule = faults.add({
      name: key,
      match: {
        service: 's3',
        operation: /^(PutObject|CompleteMultipartUpload)$/,
        bucket: DESTINATION_BUCKET,
        key: PREFIX + key,
      },
      when: { times: 1 },
      fault: { kind: 'answer', status: 200, headers: { 'content-type': 'application/xml' }, body: body200 },
    });
    await dropThis(key);
    await recorded(key, 'already there');
    expect(rule.injected).toBe(1);
  });

  test('a first upload arrives with its proof, and a second event about it changes nothing', async () => {
    const key = `twice/${kind}-${sizeBytes}`;
    await dropThis(key);
    const first = await recorded(key, 'delivered');
    expect(first).toMatchObject({
      transferKind: kind,
      checksumOrigin: kind === 'multipart' ? 'sourceParts' : 'source',
    });
    await world.cloud.settled();
    const { payload } = await world.invoke({ key });
    expect(payload).toMatchObject({
      receipts: [{ status: kind === 'large' ? 'started' : 'already there', source: { key, sizeBytes }, certain: true }],
      failures: [],
    });
    await executionsAreOver();
    expect(await world.ledgerItem(key)).toEqual(first);
    expect((await bytesAt(key)).equals(body)).toBe(true);
  });

  test('an overwrite at the source does not travel', async () => {
    const key = `overwritten/${kind}-${sizeBytes}`;
    await dropThis(key);
    const first = await recorded(key, 'delivered');
    await dropThis(key, Buffer.alloc(sizeBytes, 'newer'));
    await world.cloud.settled();
    await executionsAreOver();
    expect((await bytesAt(key)).equals(body)).toBe(true);
    expect(await world.ledgerItem(key)).toEqual(first);
  });
});

/** A completion's upload id names it, so that S3 gives its answer again. A PutObject has no such name. */
describe.each(SIZES.filter(([kind]) => kind !== 'single'))('the completion of %s, %i bytes', (kind, sizeBytes) => {
  const body = Buffer.alloc(sizeBytes, 'from account A');
  const dropThis = (key: string) => (kind === 'multipart' ? dropInOnePart(world, key, body) : drop(key, body));
  const completion = (key: string) => ({
    service: 's3' as const,
    operation: 'CompleteMultipartUpload',
    bucket: DESTINATION_BUCKET,
    key: PREFIX + key,
  });
  const isAlone = async (key: string) => {
    const Prefix = PREFIX + key;
    const { Versions } = await world.b.s3.send(new ListObjectVersionsCommand({ Bucket: DESTINATION_BUCKET, Prefix }));
    expect(Versions).toHaveLength(1);
    return Versions![0]!.VersionId;
  };

  // Three times is as often as the SDK repeats by itself.
  test.each([1, 3, 4])('is known for its own, however often its answer is lost (%i)', async (times) => {
    const key = `lost-${times}/${kind}`;
    const fault = { kind: 'error', status: 500, code: 'InternalError', after: true } as const;
    const rule = faults.add({ name: key, match: completion(key), when: { times }, fault });
    await dropThis(key);
    const item = await recorded(key, 'delivered');
    expect(rule.injected).toBe(times);
    expect(item).toMatchObject({ destinationVersionId: await isAlone(key), attempts: '1' });
    expect((await bytesAt(key)).equals(body)).toBe(true);
  });

  test('is done anew, parts and all, where account B has deleted the key meanwhile', async () => {
    const key = `conflict/${kind}`;
    const at = { Bucket: DESTINATION_BUCKET, Key: PREFIX + key };
    const rule = faults.add({
      name: key,
      match: completion(key),
      when: { times: 1 },
      fault: { kind: 'delay', ms: 1500 },
    });
    await dropThis(key);
    await eventually(async () => {
      const { Uploads = [] } = await world.b.s3.send(
        new ListMultipartUploadsCommand({ Bucket: DESTINATION_BUCKET, Prefix: PREFIX + key }),
      );
      return Uploads.length > 0;
    });
    await world.b.s3.send(new DeleteObjectCommand(at));
    await recorded(key, 'delivered');
    expect(rule.injected).toBe(1);
    await isAlone(key);
    expect((await bytesAt(key)).equals(body)).toBe(true);
    expect(world.cloud.logs.lines(RELAY_LOG_GROUP).join() + world.cloud.logs.lines(LARGE_LOG_GROUP).join()).toContain(
      'ConditionalRequestConflict',
    );
  });
});

test('a write whose answer was lost is there, and ends as already there: nobody on this side can tell', async () => {
  faults.add({
    name: 'lost',
    match: { service: 's3', operation: 'PutObject', bucket: DESTINATION_BUCKET, key: /lost$/ },
    when: { times: 1 },
    fault: { kind: 'error', status: 500, code: 'InternalError', after: true },
  });
  await drop('lost', 'once');
  await recorded('lost', 'already there');
  expect((await bytesAt('lost')).toString()).toBe('once');
});

test('a failure that was mended by somebody else is one no more', async () => {
  const key = 'mended';
  await expect(world.invoke({ key })).resolves.toMatchObject({ functionError: 'Unhandled' });
  expect(await world.ledgerItem(key)).toMatchObject({ status: 'failed', reasonCode: 'SourceMissing' });
  await world.b.s3.send(new PutObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key, Body: 'by hand' }));
  await drop(key, 'late');
  await recorded(key, 'already there');
});

test('a batch job’s report says where something was', async () => {
  await drop('batched', 'once');
  await recorded('batched', 'delivered');
  const job = eventFixture<{ tasks: { s3Key: string }[] }>('batch-operations-2.0');
  const tasks = [{ ...job.tasks[0], s3Key: 'batched' }];
  const { payload } = await world.invoke({ ...job, tasks });
  const resultString = `already there s3://${DESTINATION_BUCKET}/${PREFIX}batched`;
  expect(payload).toMatchObject({ results: [{ resultCode: 'Succeeded', resultString }] });
});

test('replay leaves a key that is taken alone, by whatever it is taken, and sends the others', async () => {
  await world.b.s3.send(
    new PutObjectCommand({ Bucket: DESTINATION_BUCKET, Key: `${PREFIX}replayed/taken`, Body: 'B’s own' }),
  );
  await drop('replayed/taken', 'late');
  await recorded('replayed/taken', 'already there');
  await drop('replayed/overwritten', 'once');
  await recorded('replayed/overwritten', 'delivered');
  await drop('replayed/overwritten', 'newer');
  await world.cloud.settled();
  await drop('replayed/missing', 'once');
  await recorded('replayed/missing', 'delivered');
  const Key = { id: { S: 'main/replayed/missing' } };
  await world.a.dynamodb.send(new DeleteItemCommand({ TableName: LEDGER_TABLE, Key }));
  const { payload } = await world.invoke({ prefix: 'replayed/' }, 'upload-relay-replay:live');
  expect(payload).toMatchObject({ scanned: 3, alreadyDelivered: 2, sent: 1 });
  await recorded('replayed/missing', 'already there');
});

test('EventBridge is told, as events/out/object-already-there.json shows it, and nothing is counted', async () => {
  const events = world.cloud.outputs('listener')['QueueUrl']!;
  await drop('told', 'once');
  await recorded('told', 'delivered');
  await world.cloud.settled();
  await world.take(events);
  await world.invoke({ key: 'told' });
  const counted = world.cloud.logs.lines(RELAY_LOG_GROUP).findLast((line) => line.includes('"_aws"'));
  expect(JSON.parse(counted!)).toMatchObject({ [METRICS.objectsDelivered]: 0, [METRICS.objectsFailed]: 0 });
  const [message] = await eventually(async () => {
    const messages = await world.take(events);
    return messages.length > 0 && messages;
  });
  const { detail, ...event } = JSON.parse(message!.Body!);
  const { detail: shown, ...example } = eventFixture<{ detail: { source: object } }>('out/object-already-there');
  expect(event['detail-type']).toBe(example['detail-type' as never]);
  expect(Object.keys(detail)).toEqual(Object.keys(shown));
  expect(detail).toMatchObject({ status: 'already there', source: { key: 'told' }, certain: true });
});

test('the parts of a large object that came too late are left to the lifecycle rule, and the log says so', () => {
  const left = world.cloud.logs.lines(LARGE_LOG_GROUP).filter((line) => line.includes('left to the lifecycle rule'));
  expect(left.length).toBeGreaterThan(0);
  expect(left[0]).toContain('"code":"AlreadyThere"');
});
