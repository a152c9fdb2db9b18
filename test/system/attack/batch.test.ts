/** Several things in one message, one list, one job, one batch: each comes to its own end. The real code and real bytes. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Message } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { relayBatchJob } from '../../../functions/doors/batch-job.ts';
import { relayKeys } from '../../../functions/doors/manual.ts';
import { relayMessages } from '../../../functions/doors/queue.ts';
import { type InProcessRelay, inProcessRelay, justBefore, justBeforeFirst } from '../../support/in-process-relay.ts';
import { receivedRecords, sqsRecord } from '../../support/received.ts';
import {
  changeSettings,
  closeSound,
  DESTINATION_BUCKET,
  disableMappings,
  eventually,
  NO_PAUSES,
  PREFIX,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

let world: TwoAccounts;
let relay: InProcessRelay;

beforeAll(async () => {
  world = await startTwoAccounts({
    change(stacks) {
      disableMappings(stacks);
      changeSettings(stacks, { ...NO_PAUSES, retryDelaySeconds: 0.1 });
    },
  });
});
beforeEach(async () => {
  relay = inProcessRelay(world);
  // Nobody takes what S3 tells: each test tells it itself.
  await waiting();
});
afterAll(() => closeSound(world));

const drop = (Key: string, Body: string | Buffer = 'hello') =>
  world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body }));
const recordOf = (key: unknown, change: object = {}) => ({
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: SOURCE_BUCKET }, object: { key, size: 5 } },
  ...change,
});

let messages = 0;
function message(body: unknown, attributes: Record<string, string> = {}): SQSRecord {
  const messageAttributes = Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue }]);
  return {
    messageId: `m${++messages}`,
    receiptHandle: 'none',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
    messageAttributes: Object.fromEntries(messageAttributes),
  } as unknown as SQSRecord;
}
const waiting = () => receivedRecords(world);

async function answer(record: SQSRecord, by = relay): Promise<void> {
  expect(await relayMessages(by.invocation, { Records: [record] })).toEqual({ batchItemFailures: [] });
}
async function isDelivered(key: string): Promise<boolean> {
  return (await world.ledgerItem(key))?.['status'] === 'delivered';
}
const codeOf = ({ MessageAttributes }: Message) => MessageAttributes?.['ErrorCode']?.StringValue;
const reasonOf = ({ MessageAttributes }: Message) => MessageAttributes?.['ErrorMessage']?.StringValue;

const topic = (body: unknown) => ({
  Type: 'Notification',
  MessageId: '1',
  TopicArn: 'arn:aws:sns:us-east-1:111111111111:uploads',
  Subject: 'Amazon S3 Notification',
  Message: JSON.stringify(body),
  Timestamp: '2026-01-15T09:30:00.000Z',
});

describe('one record that can’t be relayed is set aside alone, wherever it stands, and the others are relayed', () => {
  const BAD: [name: string, record: unknown, code: string][] = [
    ['a key whose encoding is broken', recordOf('100%'), 'BadEvent'],
    ['a key that is none', recordOf(''), 'BadEvent'],
    ['a record without an object', recordOf('x', { s3: { bucket: { name: SOURCE_BUCKET } } }), 'BadEvent'],
    ['another kind of event', recordOf('x', { eventName: 'ObjectRemoved:Delete' }), 'BadEvent'],
    ['no record at all', null, 'BadEvent'],
    [
      'another bucket',
      recordOf('x', { s3: { bucket: { name: 'another-bucket' }, object: { key: 'x' } } }),
      'WrongBucket',
    ],
    ['an object that isn’t there', recordOf('never-there'), 'SourceMissing'],
  ];
  test.each(BAD.flatMap(([name, ...rest], index) => [0, 1, 2].map((place) => [name, place, index, ...rest] as const)))(
    '%s, in place %i of three',
    async (_, place, index, bad, code) => {
      const keys = [1, 2].map((each) => `good ${index}/${place}/${each}`);
      for (const key of keys) await drop(key);
      const Records: unknown[] = keys.map((key) => recordOf(encodeURIComponent(key)));
      Records.splice(place, 0, bad);
      await answer(message({ Records }));
      for (const key of keys) expect(await isDelivered(key)).toBe(true);
      const letters = await world.deadLetters();
      expect(letters.map(codeOf)).toEqual([code]);
      expect(JSON.parse(letters[0]!.Body!)).toEqual({ Records: [bad] });
      const sentAnew = (await waiting()).filter(({ messageAttributes }) => messageAttributes['FirstMessageId']);
      expect(sentAnew).toEqual([]);
    },
  );

  test('two bad ones are two dead letters, each with its reason', async () => {
    await drop('between');
    const [one, other] = [recordOf('%'), recordOf('never-there')];
    await answer(message({ Records: [one, recordOf('between'), other] }));
    const letters = await world.deadLetters();
    expect(letters.map((letter) => [codeOf(letter), JSON.parse(letter.Body!).Records]).toSorted()).toEqual([
      ['BadEvent', [one]],
      ['SourceMissing', [other]],
    ]);
  });

  test('it is set aside once, however often one of the others is tried', async () => {
    await drop('tried-again');
    const slowDown = { name: 'SlowDown', $metadata: { httpStatusCode: 503 } };
    let refusals = 0;
    const refuse = async () => {
      refusals++;
      throw Object.assign(new Error('Please reduce your request rate.'), slowDown);
    };
    justBefore(relay.reader, 'GetObject', (nth) => nth <= 6, refuse);
    const wrong = recordOf('x', { s3: { bucket: { name: 'another-bucket' }, object: { key: 'x' } } });
    await answer(message({ Records: [recordOf('%'), wrong, recordOf('tried-again')] }));
    expect((await world.deadLetters()).map(codeOf).toSorted()).toEqual(['BadEvent', 'WrongBucket']);
    while (!(await isDelivered('tried-again'))) for (const record of await waiting()) await answer(record);
    expect(refusals).toBe(6);
    expect(await world.deadLetters()).toEqual([]);
  });

  test('a message of which nothing can be begun is set aside as it is', async () => {
    const bodies = [
      JSON.stringify({ Records: [recordOf('%'), null] }),
      JSON.stringify({ keys: ['a', 'b'], route: 'nowhere' }),
      JSON.stringify({ keys: ['a', 'b'], rout: 'main' }),
      JSON.stringify({ Type: 'SubscriptionConfirmation', TopicArn: 'arn', Message: 'You have chosen to subscribe' }),
      JSON.stringify({ ...topic({}), Message: 'no JSON' }),
      'no JSON',
    ];
    for (const body of bodies) await answer(message(body));
    expect((await world.deadLetters()).map(({ Body }) => Body)).toEqual(bodies);
  });
});

describe('a message that a topic passes on', () => {
  test('is relayed, record by record', async () => {
    await drop('by-topic');
    const gone = recordOf('never-there');
    await answer(message(topic({ Records: [gone, recordOf('by-topic')] })));
    expect(await isDelivered('by-topic')).toBe(true);
    const [letter, ...others] = await world.deadLetters();
    expect(others).toEqual([]);
    expect(JSON.parse(letter!.Body!)).toEqual({ Records: [gone] });
  });

  test('asks for nothing when S3 tests the topic', async () => {
    await answer(message(topic({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: SOURCE_BUCKET })));
    expect(await world.deadLetters()).toEqual([]);
  });

  test('may be an event of EventBridge', async () => {
    await drop('by-rule+');
    const detail = { bucket: { name: SOURCE_BUCKET }, object: { key: 'by-rule+' } };
    await answer(message(topic({ source: 'aws.s3', 'detail-type': 'Object Created', detail })));
    expect(await isDelivered('by-rule+')).toBe(true);
  });

  test('that can’t be relayed is set aside as it came, and goes the same way again', async () => {
    const body = topic({ Records: [recordOf('later')] });
    await answer(message(body));
    const [letter] = await world.deadLetters();
    expect(JSON.parse(letter!.Body!)).toEqual(body);
    await drop('later');
    await answer(sqsRecord(letter!));
    expect(await isDelivered('later')).toBe(true);
  });
});

describe('of a list of keys', () => {
  test.each<[string, unknown, unknown]>([
    ['one that isn’t there', 'never-there', 'SourceMissing'],
    ['one that is empty', '', 'BadEvent'],
    ['one that is no text', 7, 'BadEvent'],
  ])('%s is set aside alone when a message brings it', async (_, bad, code) => {
    const key = `listed ${code} ${bad}`;
    await drop(key);
    await answer(message({ keys: [bad, key], route: 'main' }));
    expect(await isDelivered(key)).toBe(true);
    const letters = await world.deadLetters();
    expect(letters.map((letter) => [codeOf(letter), JSON.parse(letter.Body!)])).toEqual([
      [code, { route: 'main', key: bad }],
    ]);
  });

  test('one that can’t be relayed is named to a person, and the others are delivered', async () => {
    await drop('by-hand');
    const { receipts, failures } = await relayKeys(relay.invocation, { keys: ['', 'never-there', 'by-hand', 7] });
    expect(receipts).toMatchObject([{ status: 'delivered', source: { key: 'by-hand' } }]);
    const named = failures.map(({ key, failure }) => [key, failure['code']]).toSorted();
    expect(named).toEqual([
      ['', 'BadEvent'],
      ['7', 'BadEvent'],
      ['never-there', 'SourceMissing'],
    ]);
  });

  test('nothing else is guessed at: the person is told, and nothing is begun', async () => {
    for (const event of [{ keys: ['by-hand'], rout: 'main' }, { keys: [] }, { key: 'a', keys: ['by-hand'] }]) {
      await expect(relayKeys(relay.invocation, event)).rejects.toMatchObject({ code: 'BadEvent' });
    }
  });
});

test('of a batch job, each task is answered for that can be', async () => {
  await drop('task');
  const task = (taskId: unknown, s3Key: unknown, s3Bucket = SOURCE_BUCKET) => ({ taskId, s3Key, s3Bucket });
  const job = (...tasks: unknown[]) => ({ invocationSchemaVersion: '2.0', invocationId: 'i', tasks });
  const tasks = [
    task('bad', '%'),
    task(undefined, 'task'),
    task('wrong', 'task', 'another-bucket'),
    task('good', 'task'),
  ];
  const { results } = await relayBatchJob(relay.invocation, job(...tasks));
  expect(results.map(({ taskId, resultCode }) => [taskId, resultCode])).toEqual([
    ['bad', 'PermanentFailure'],
    ['wrong', 'PermanentFailure'],
    ['good', 'Succeeded'],
  ]);
  await expect(relayBatchJob(relay.invocation, job(task(undefined, 'task')))).rejects.toMatchObject({
    code: 'BadEvent',
  });
});

/** The committed route, and others beside it under the same prefix; one that leads to no bucket of account B fails for good. */
function withRoutes(...others: [name: string, bucket: string][]): InProcessRelay {
  return along(relay, others);
}

function along(by: InProcessRelay, others: [name: string, bucket: string][]): InProcessRelay {
  const { invocation } = by;
  const [main] = invocation.config.routes;
  const routes = others.map(([name, bucket]) => {
    const destination = { ...main!.destination, bucket, prefix: `${PREFIX}${name}/` };
    return { ...main!, name, destination };
  });
  return { ...by, invocation: { ...invocation, config: { ...invocation.config, routes: [main!, ...routes] } } };
}

describe('of several routes', () => {
  function countWrites(of: InProcessRelay, bucket: string): { count: number } {
    const writes = { count: 0 };
    of.writer.middlewareStack.add(
      (next) => async (args) => {
        if ((args.input as { Bucket?: string }).Bucket === bucket) writes.count++;
        return next(args);
      },
      { step: 'initialize', name: `writes to ${bucket}` },
    );
    return writes;
  }

  test('one that fails for good doesn’t have the others repeated by a redrive', async () => {
    await drop('two-ways');
    const broken = withRoutes(['second', 'no-such-bucket'], ['third', 'no-such-bucket-either']);
    const writes = countWrites(broken, DESTINATION_BUCKET);
    await answer(message({ Records: [recordOf('two-ways')] }), broken);
    expect(writes.count).toBe(1);
    const [letter, ...others] = await world.deadLetters();
    expect(others).toEqual([]);
    for (const name of ['second', 'third']) expect(reasonOf(letter!)).toContain(`/${PREFIX}${name}/`);
    const mended = withRoutes(['second', DESTINATION_BUCKET], ['third', DESTINATION_BUCKET]);
    await answer(sqsRecord(letter!), mended);
    expect(writes.count).toBe(3);
    expect(await world.deadLetters()).toEqual([]);
  });

  test('one that still fails is set aside again by itself', async () => {
    await drop('still');
    const broken = withRoutes(['second', 'no-such-bucket']);
    await answer(message({ Records: [recordOf('still')] }), broken);
    const writes = countWrites(broken, DESTINATION_BUCKET);
    for (let redrive = 1; redrive <= 2; redrive++) {
      const [letter] = await world.deadLetters();
      await answer(sqsRecord(letter!), broken);
    }
    expect(writes.count).toBe(0);
    expect(await world.deadLetters()).toHaveLength(1);
  });

  test('where the one that failed is gone by the time of the redrive, the object goes all ways there are', async () => {
    await drop('renamed');
    await answer(message({ Records: [recordOf('renamed')] }), withRoutes(['second', 'no-such-bucket']));
    const [letter] = await world.deadLetters();
    const renamed = withRoutes(['other', DESTINATION_BUCKET]);
    const writes = countWrites(renamed, DESTINATION_BUCKET);
    await answer(sqsRecord(letter!), renamed);
    expect(writes.count).toBe(2);
  });

  test('an object that fails on all of them starts afresh on all of them', async () => {
    await answer(message({ Records: [recordOf('nowhere-yet')] }), withRoutes(['second', DESTINATION_BUCKET]));
    const [letter] = await world.deadLetters();
    expect(letter!.MessageAttributes).not.toHaveProperty('Routes');
    await drop('nowhere-yet');
    const writes = countWrites(relay, DESTINATION_BUCKET);
    await answer(sqsRecord(letter!), withRoutes(['second', DESTINATION_BUCKET]));
    expect(writes.count).toBe(2);
  });
});

describe('what can’t be finished together isn’t begun together, and loses no try', () => {
  /** At the cautious 20 MB/s a second and a half each, of the three and a half that there are. */
  const HEAVY_BYTES = 30_000_000;
  const REMAINING_MS = 6_000;
  const dropHeavy = (key: string) =>
    world.cloud.s3.putSparseObject({ bucket: SOURCE_BUCKET, key, sizeBytes: HEAVY_BYTES });
  /** With a single try to lose. */
  function hurried(...others: [name: string, bucket: string][]): InProcessRelay {
    const by = along(inProcessRelay(world, REMAINING_MS), others);
    return { ...by, invocation: { ...by.invocation, config: { ...by.invocation.config, maxReceives: 1 } } };
  }

  test('along several routes of one message', async () => {
    await dropHeavy('heavy');
    await waiting();
    const by = hurried(['second', DESTINATION_BUCKET], ['third', DESTINATION_BUCKET]);
    await answer(message({ keys: ['heavy'] }), by);
    const [again, ...others] = await waiting();
    expect(others).toEqual([]);
    expect(again!.messageAttributes['Tries']!.stringValue).toBe('0');
    expect(again!.messageAttributes['Left']!.stringValue!.split(',')).toHaveLength(1);
    await answer(again!, by);
    expect(await waiting()).toEqual([]);
    expect(await world.deadLetters()).toEqual([]);
  });

  test('behind one that used up all the time, at the last try', async () => {
    for (const key of ['slow', 'behind-it']) await drop(key);
    await waiting();
    const by = inProcessRelay(world);
    justBeforeFirst(by.writer, 'PutObject', async () => by.runOutOfTime());
    const last = message({ keys: ['slow', 'behind-it'] });
    last.attributes.ApproximateReceiveCount = '5';
    await answer(last, by);
    const letters = await world.deadLetters();
    expect(letters.map((letter) => [codeOf(letter), JSON.parse(letter.Body!)])).toEqual([
      ['OutOfTime', { key: 'slow' }],
    ]);
    const again = await eventually(async () => (await waiting())[0]);
    expect(again.messageAttributes['Left']!.stringValue).toBe('1/main');
    await answer(again);
    expect(await isDelivered('behind-it')).toBe(true);
    expect(await world.deadLetters()).toEqual([]);
  });

  test('asked for by hand: what waits is begun once the others have ended', async () => {
    const keys = Array.from({ length: 5 }, (_, index) => `heavy ${index}`);
    for (const key of keys) await dropHeavy(key);
    const { receipts, failures } = await relayKeys(hurried().invocation, { keys: [...keys, 'never-there'] });
    expect(receipts.map(({ source }) => source.key).toSorted()).toEqual(keys);
    expect(receipts.map((receipt) => receipt.status)).toEqual(keys.map(() => 'delivered'));
    expect(failures.map(({ key }) => key)).toEqual(['never-there']);
  });

  test('asked for by hand with too little time left: the person is told', async () => {
    await dropHeavy('too-late');
    const { invocation } = inProcessRelay(world, REMAINING_MS / 2);
    await expect(relayKeys(invocation, { keys: ['too-late'] })).rejects.toMatchObject({ code: 'NotBegun' });
  });
});
