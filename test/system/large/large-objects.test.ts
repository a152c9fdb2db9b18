/** Large objects through the real bundles, with everything that may befall them. "Large" begins at 8 MiB here. */
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Faults, type Rule } from '../../../emulator/index.ts';
import { executions, LARGE_LOG_GROUP, PART_LOG_GROUP, putSparse, smallLarge, startLarge } from '../../support/large.ts';
import { listener } from '../../support/listener.ts';
import {
  DESTINATION_BUCKET,
  eventually,
  PREFIX,
  RELAY_LOG_GROUP,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const MIB = 1024 ** 2;
const LARGE = 9 * MIB;

let world: TwoAccounts;
const faults = new Faults({ seed: 1 });

beforeAll(async () => {
  world = await startTwoAccounts({
    change: (stacks) => smallLarge(stacks, { events: 'all' }),
    last: [listener()],
    faults,
  });
});

afterEach(() => faults.clear());

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
});

const headAt = (key: string) =>
  world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key, ChecksumMode: 'ENABLED' }));

const recorded = (key: string, status: string) =>
  eventually(async () => {
    const item = await world.ledgerItem(key);
    return item?.['status'] === status && item;
  });

/** The executions about a key, the first one first. */
const about = (key: string) => executions(world).filter(({ payload }) => JSON.parse(payload).key === key);

const over = (key: string) => eventually(async () => about(key).every(({ status }) => status !== 'RUNNING'));

test('a dropped file arrives like any other: with its proof, its receipt and its event', async () => {
  await world.take(world.cloud.outputs('listener')['QueueUrl']!);
  await putSparse(world, 'dropped', 130 * MIB);
  const item = await recorded('dropped', 'delivered');
  expect(item).toMatchObject({ transferKind: 'large', parts: '3', attempts: '1', checksumOrigin: 'source' });
  const { ContentLength, ChecksumCRC64NVME, ChecksumType } = await headAt('dropped');
  expect(ContentLength).toBe(130 * MIB);
  expect(ChecksumType).toBe('FULL_OBJECT');
  expect(ChecksumCRC64NVME).toBe(item['checksumValue']);
  const [message] = await eventually(async () => {
    const messages = await world.take(world.cloud.outputs('listener')['QueueUrl']!);
    return messages.length > 0 && messages;
  });
  expect(JSON.parse(message!.Body!)).toMatchObject({
    'detail-type': 'Object Relayed',
    detail: { status: 'delivered', source: { key: 'dropped' }, transfer: { kind: 'large' }, certain: true },
  });
});

test('asked for by hand, the answer says that it was started and under which name', async () => {
  await putSparse(world, 'by-hand', LARGE);
  await recorded('by-hand', 'delivered');
  const { payload } = await world.invoke({ key: 'by-hand' });
  expect(payload).toMatchObject({
    receipts: [{ status: 'started', route: 'main', source: { key: 'by-hand', sizeBytes: LARGE }, certain: true }],
  });
  const { execution } = (payload as { receipts: { execution: string }[] }).receipts[0]!;
  expect(execution).toMatch(/^main-[0-9a-f]{39}$/);
  expect(about('by-hand').map(({ name }) => name)).toContain(execution);
});

test('a message that comes twice starts nothing twice, until what its first receiver may have written has had its time; a replay always starts afresh', async () => {
  faults.add({ name: 'twice', match: { key: 'twice' }, when: { nth: [1, 2] }, fault: { kind: 'redeliver' } });
  await putSparse(world, 'twice', LARGE);
  const handed = () =>
    world.cloud.logs
      .lines(RELAY_LOG_GROUP)
      .filter((line) => line.includes('handed to relay-large') && line.includes('"key":"twice"'));
  await eventually(async () => handed().length >= 2);
  await recorded('twice', 'delivered');
  const [first, second] = handed().map((line) => JSON.parse(line).execution as string);
  expect(second).toBe(first);
  // Whoever had it first might have died in mid-write.
  await eventually(async () => about('twice').length >= 2);
  await world.cloud.settled();
  const before = about('twice').length;
  await world.invoke({ key: 'twice' });
  await eventually(async () => about('twice').length === before + 1);
  await Promise.all(about('twice').map(({ closed }) => closed));
});

test('a digest that one invocation would have to hand on with one PutObject is refused by name', async () => {
  const Body = Buffer.alloc(LARGE);
  const put = { Bucket: SOURCE_BUCKET, Key: 'sha', Body, ChecksumAlgorithm: 'SHA256' as const };
  await world.a.s3.send(new PutObjectCommand(put));
  expect(await recorded('sha', 'failed')).toMatchObject({ reasonCode: 'Unprovable' });
  const [letter] = await eventually(async () => {
    const letters = await world.deadLetters();
    return letters.length > 0 && letters;
  });
  expect(letter!.MessageAttributes).toMatchObject({ ErrorCode: { StringValue: 'Unprovable' } });
  expect(about('sha')).toEqual([]);
});

test('a session that expires in mid-transfer is renewed by the worker itself', async () => {
  const expiry = faults.add({
    name: 'expiry',
    match: { operation: 'UploadPart' },
    when: { nth: 1 },
    fault: { kind: 'expire-credentials' },
  });
  await putSparse(world, 'expired', LARGE);
  await recorded('expired', 'delivered');
  expect(expiry.injected).toBe(1);
  expect(about('expired')).toHaveLength(1);
});

test('what cannot be delivered is recorded, told, and lies in the dead-letter queue with the reason', async () => {
  await world.take(world.cloud.outputs('listener')['QueueUrl']!);
  faults.add({
    name: 'denied',
    match: { operation: 'CompleteMultipartUpload', key: /denied$/ },
    when: { nth: 1 },
    fault: { kind: 'error', status: 403, code: 'AccessDenied' },
  });
  await putSparse(world, 'denied', LARGE);
  expect(await recorded('denied', 'failed')).toMatchObject({ reasonCode: 'DestinationDenied' });
  const [letter] = await eventually(async () => {
    const letters = await world.deadLetters();
    return letters.length > 0 && letters;
  });
  expect(JSON.parse(letter!.Body!)).toEqual({ key: 'denied', route: 'main' });
  expect(letter!.MessageAttributes).toMatchObject({ ErrorCode: { StringValue: 'DestinationDenied' } });
  await over('denied');
  const left = world.cloud.logs.lines(LARGE_LOG_GROUP).filter((line) => line.includes('left to the lifecycle rule'));
  expect(left.at(-1)).toContain('"orphanedUploads":1');
});

test('an execution that cannot even begin ends in the dead-letter queue', async () => {
  await startLarge(world, { route: 'no-such-route', key: 'x' });
  const [letter] = await eventually(async () => {
    const letters = await world.deadLetters();
    return letters.length > 0 && letters;
  });
  expect(letter!.Body).toContain('There is no route');
});

test('an object overwritten by a small one while its parts are sent gives way to it', async () => {
  faults.add({
    name: 'slow',
    match: { operation: 'UploadPart' },
    when: { nth: 1 },
    fault: { kind: 'delay', ms: 1_500 },
  });
  await putSparse(world, 'overwritten', LARGE);
  await eventually(async () => about('overwritten').length === 1);
  await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'overwritten', Body: 'newer' }));
  await over('overwritten');
  await eventually(async () => (await headAt('overwritten')).ContentLength === 'newer'.length);
  expect(await recorded('overwritten', 'delivered')).toMatchObject({ transferKind: 'single', sizeBytes: '5' });
});

describe('processes that are killed', () => {
  const checkpoint = (nth: number, after: boolean): Rule => ({
    name: 'kill',
    match: { operation: 'CheckpointDurableExecution' },
    when: { nth },
    fault: { kind: 'kill-caller', after },
  });
  const destination = (operation: string, after: boolean): Rule => ({
    name: 'kill',
    match: { operation },
    when: { nth: 1 },
    fault: { kind: 'kill-caller', after },
  });
  test.each([
    ['relay-large before its first checkpoint', checkpoint(1, false)],
    ['relay-large after its first checkpoint', checkpoint(1, true)],
    ['relay-large after its workers were asked for', checkpoint(3, true)],
    ['a worker before a part', destination('UploadPart', false)],
    ['a worker after a part', destination('UploadPart', true)],
    ['relay-large before the completion', destination('CompleteMultipartUpload', false)],
    ['relay-large after the completion', destination('CompleteMultipartUpload', true)],
  ])('%s: the object is delivered and recorded', async (what, rule) => {
    const kill = faults.add(rule);
    const key = what.replaceAll(' ', '-');
    await putSparse(world, key, LARGE);
    await recorded(key, 'delivered');
    await over(key);
    expect(kill.injected).toBe(1);
    expect((await headAt(key)).ContentLength).toBe(LARGE);
  });
});

test('workers log what they have sent', () => {
  expect(world.cloud.logs.lines(PART_LOG_GROUP).some((line) => line.includes('parts sent'))).toBe(true);
});
