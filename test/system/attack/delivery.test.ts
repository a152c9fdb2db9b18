/** Attacks on one delivery: what lands late, what was deleted, what runs out of time at the last try. The real code, a step between two requests. */
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { relayBatchJob } from '../../../functions/doors/batch-job.ts';
import { relayKeys } from '../../../functions/doors/manual.ts';
import { relayMessages } from '../../../functions/doors/queue.ts';
import { attributesOf } from '../../../functions/messages/message-history.ts';
import { type InProcessRelay, inProcessRelay, justBefore, justBeforeFirst } from '../../support/in-process-relay.ts';
import { receivedRecords, sqsRecord } from '../../support/received.ts';
import {
  changeSettings,
  closeSound,
  DESTINATION_BUCKET,
  disableMappings,
  NO_PAUSES,
  PREFIX,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

interface Version {
  VersionId?: string | undefined;
  ETag?: string | undefined;
}

const LATE_SECONDS = 2;

let world: TwoAccounts;
let relay: InProcessRelay;

beforeAll(async () => {
  world = await startTwoAccounts({
    change(stacks) {
      disableMappings(stacks);
      changeSettings(stacks, { ...NO_PAUSES, latePutSeconds: LATE_SECONDS });
    },
  });
});
beforeEach(async () => {
  relay = inProcessRelay(world);
  // Nobody takes what S3 tells: each test tells it itself.
  await waiting();
});
afterAll(() => closeSound(world));

const put = (Key: string, Body: string): Promise<Version> =>
  world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body }));
const remove = (Key: string) => world.a.s3.send(new DeleteObjectCommand({ Bucket: SOURCE_BUCKET, Key }));

async function delivered(key: string): Promise<string> {
  const answer = await world.b.s3.send(new GetObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }));
  return answer.Body!.transformToString();
}

const recordOf = (key: string, { VersionId, ETag }: Version, sequencer: string) => ({
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:Put',
  s3: {
    bucket: { name: SOURCE_BUCKET },
    object: { key, size: 5, versionId: VersionId, eTag: ETag?.slice(1, -1), sequencer },
  },
});

let messages = 0;
const message = (body: object, receives = 1): SQSRecord =>
  ({
    eventSource: 'aws:sqs',
    messageId: `m${++messages}`,
    receiptHandle: 'none',
    body: JSON.stringify(body),
    attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(Date.now()) },
  }) as unknown as SQSRecord;
const event = (key: string, version: Version, sequencer: string, receives = 1) =>
  message({ Records: [recordOf(key, version, sequencer)] }, receives);

/** As it is when it was sent anew after so many tries. */
function triedBefore(record: SQSRecord, tries: number): SQSRecord {
  const carried = { firstId: record.messageId, firstSentAt: Date.now(), tries, isUncertain: false };
  const attributes = Object.entries(attributesOf(carried, new Date()));
  const messageAttributes = Object.fromEntries(
    attributes.map(([name, value]) => [name, { stringValue: value.StringValue }]),
  );
  return { ...record, messageAttributes } as unknown as SQSRecord;
}

async function answer(by: InProcessRelay, record: SQSRecord): Promise<void> {
  expect(await relayMessages(by.invocation, { Records: [record] })).toEqual({ batchItemFailures: [] });
}

function refusingMessagesTo(sqs: SQSClient, queueUrl: string): void {
  sqs.middlewareStack.add(
    (next) => async (args) => {
      if ('QueueUrl' in args.input && args.input.QueueUrl === queueUrl) throw new Error('the queue is gone');
      return next(args);
    },
    { step: 'initialize' },
  );
}

const waiting = () => receivedRecords(world);

/** Stops before its write; what is handed back lets it finish. */
async function slowRelay(key: string, version: Version, sequencer: string): Promise<() => Promise<void>> {
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
  justBefore(
    relay.writer,
    'PutObject',
    () => true,
    () => isReleased,
  );
  const slow = answer(relay, event(key, version, sequencer));
  await new Promise((resolve) => setTimeout(resolve, 200));
  return () => {
    release();
    return slow;
  };
}

/** Before its first receipt, the source is deleted and the slow one finishes. */
function relayOvertakenByDelete(key: string, finishSlow: () => Promise<void>): InProcessRelay {
  const fast = inProcessRelay(world);
  justBeforeFirst(fast.invocation.clients.dynamodb, 'PutItem', async () => {
    await remove(key);
    await finishSlow();
  });
  return fast;
}

/** Everything that is asked for again is done, when its time has come. */
async function untilQuiet(): Promise<void> {
  for (let quietMs = 0; quietMs < (LATE_SECONDS + 1) * 1000; ) {
    const due = await waiting();
    for (const record of due) await answer(inProcessRelay(world), record);
    await new Promise((resolve) => setTimeout(resolve, 250));
    quietMs = due.length > 0 ? 0 : quietMs + 250;
  }
}

const reasons = async () =>
  (await world.deadLetters()).map(({ MessageAttributes }) => MessageAttributes?.['ErrorCode']?.StringValue);

/** The first try of the first PutObject is not answered, and the SDK repeats it. `land` lets it take effect, as S3 may. */
function firstPutUnanswered(writer: S3Client): { land: () => Promise<unknown> } {
  let held: (() => Promise<unknown>) | undefined;
  writer.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'PutObjectCommand' || held) return next(args);
        held = () => next(args);
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
      },
    { step: 'finalizeRequest', priority: 'low', name: 'unanswered' },
  );
  return { land: () => held!() };
}

/** No try of any PutObject is answered, and `meanwhile` happens. `land` lets the first take effect. */
function everyPutUnanswered(writer: S3Client, meanwhile: () => Promise<unknown>): { land: () => Promise<unknown> } {
  let held: (() => Promise<unknown>) | undefined;
  writer.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'PutObjectCommand') return next(args);
        held ??= () => next(args);
        await meanwhile();
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
      },
    { step: 'finalizeRequest', priority: 'low', name: 'unanswered' },
  );
  return { land: () => held!() };
}

describe('a write that went unanswered lands after a newer object was delivered, and the newer one is there in the end', () => {
  test.each([
    ['at a first try', 1],
    ['at the last try', 5],
  ])('%s', async (name, receives) => {
    const key = `unanswered ${receives}`;
    const older = await put(key, 'older');
    const late = firstPutUnanswered(relay.writer);
    await answer(relay, event(key, older, '00A1', receives));
    const newer = await put(key, 'newer');
    await answer(inProcessRelay(world), event(key, newer, '00A2'));
    await late.land();
    expect(await delivered(key), name).toBe('older');
    await untilQuiet();
    expect(await delivered(key)).toBe('newer');
    expect(await world.ledgerItem(key)).toMatchObject({ status: 'delivered', sourceVersionId: newer.VersionId });
    expect(await reasons()).toEqual([]);
  });

  test('in an earlier round of settle than the one that succeeded', async () => {
    const key = 'earlier-round';
    const older = await put(key, 'older');
    const late = firstPutUnanswered(relay.writer);
    let newer: Version = {};
    justBeforeFirst(relay.reader, 'HeadObject', async () => {
      newer = await put(key, 'newer');
    });
    await answer(relay, event(key, older, '00A1'));
    await answer(inProcessRelay(world), event(key, newer, '00A2'));
    await late.land();
    expect(await delivered(key)).toBe('older');
    await untilQuiet();
    expect(await delivered(key)).toBe('newer');
  });

  test('of one who was killed, and whose message is handed out again', async () => {
    const key = 'killed';
    const older = await put(key, 'older');
    const body = event(key, older, '00A1');
    const late = firstPutUnanswered(relay.writer);
    // Its answer never comes to anybody.
    await relayMessages(relay.invocation, { Records: [body] });
    await waiting();
    const again = { ...body, attributes: { ...body.attributes, ApproximateReceiveCount: '2' } };
    await answer(inProcessRelay(world), again);
    const newer = await put(key, 'newer');
    await answer(inProcessRelay(world), event(key, newer, '00A2'));
    await late.land();
    await untilQuiet();
    expect(await delivered(key)).toBe('newer');
  });

  test('asked for by hand: a message does it', async () => {
    const key = 'by-hand';
    await put(key, 'older');
    await waiting();
    const late = firstPutUnanswered(relay.writer);
    expect(await relayKeys(relay.invocation, { key })).toMatchObject({ receipts: [{ certain: false }] });
    const newer = await put(key, 'newer');
    await answer(inProcessRelay(world), event(key, newer, '00A2'));
    await late.land();
    await untilQuiet();
    expect(await delivered(key)).toBe('newer');
  });
});

describe('an object that was delivered and is gone by now is no failure', () => {
  test('its event comes once more', async () => {
    const version = await put('twice', 'hello');
    await answer(relay, event('twice', version, '00B1'));
    await remove('twice');
    await answer(relay, event('twice', version, '00B1'));
    expect(await world.ledgerItem('twice')).toMatchObject({ status: 'delivered' });
    expect(await reasons()).toEqual([]);
  });

  test('the look after the write fails, and the next one finds nothing', async () => {
    const version = await put('looked-for', 'hello');
    justBeforeFirst(relay.reader, 'HeadObject', async () => {
      await remove('looked-for');
      const $metadata = { httpStatusCode: 503 };
      throw Object.assign(new Error('Please reduce your request rate.'), { name: 'SlowDown', $metadata });
    });
    await answer(relay, event('looked-for', version, '00B1'));
    expect(await world.ledgerItem('looked-for')).toMatchObject({ status: 'delivered' });
    expect(await reasons()).toEqual([]);
  });
});

describe('after a delete the newest that was delivered stays', () => {
  const nothing = async (): Promise<unknown> => undefined;

  /** A slow worker is about to write the older version; meanwhile the newer one is delivered, and the source deleted. */
  async function overtaken(key: string, afterDelete = nothing, beforeDelete = nothing) {
    const older = await put(key, 'older');
    let newer: Version = {};
    justBeforeFirst(relay.writer, 'PutObject', async () => {
      newer = await put(key, 'newer');
      await answer(inProcessRelay(world), event(key, newer, '00C2'));
      await beforeDelete();
      await remove(key);
      await afterDelete();
    });
    await answer(relay, event(key, older, '00C1'));
    return { older, newer };
  }

  test('it is delivered again, by its version', async () => {
    const { newer } = await overtaken('put-back');
    expect(await delivered('put-back')).toBe('newer');
    expect(await world.ledgerItem('put-back')).toMatchObject({
      sourceVersionId: newer.VersionId,
      sequencer: '00C2'.padEnd(64, '0'),
    });
    expect(await reasons()).toEqual([]);
  });

  test('also when a message without a hint has delivered the newer one once more', async () => {
    const again = () => answer(inProcessRelay(world), message({ key: 'told-twice' }));
    const { newer } = await overtaken('told-twice', undefined, again);
    expect(await delivered('told-twice')).toBe('newer');
    expect(await world.ledgerItem('told-twice')).toMatchObject({
      sourceVersionId: newer.VersionId,
      sequencer: '00C2'.padEnd(64, '0'),
    });
    expect(await reasons()).toEqual([]);
  });

  test('also when the newest of all was deleted before it could be relayed, and the ledger says so', async () => {
    const key = 'failed-between';
    let newest: Version = {};
    const failing = async () => {
      await answer(inProcessRelay(world), event(key, newest, '00C3'));
      expect(await world.ledgerItem(key)).toMatchObject({ status: 'failed', reasonCode: 'SourceMissing' });
    };
    const beforeDelete = async () => {
      newest = await put(key, 'newest');
    };
    const { newer } = await overtaken(key, failing, beforeDelete);
    expect(await delivered(key)).toBe('newer');
    expect(await world.ledgerItem(key)).toMatchObject({ status: 'delivered', sourceVersionId: newer.VersionId });
    expect(await reasons()).toEqual(['SourceMissing']);
  });

  test('also when the older one is written and recorded between the newer one’s write and its receipt', async () => {
    const key = 'written-between';
    const older = await put(key, 'older');
    const finishSlow = await slowRelay(key, older, '00C1');
    const between = await put(key, 'between');
    const newest = await put(key, 'newest');
    const fast = relayOvertakenByDelete(key, finishSlow);
    await answer(fast, event(key, between, '00C2'));
    expect(await delivered(key)).toBe('newest');
    expect(await world.ledgerItem(key)).toMatchObject({ status: 'delivered', sourceVersionId: newest.VersionId });
  });

  test('also when a third one is gone before the older one’s writer has read it', async () => {
    const key = 'third';
    const purge = async (versions: Version[]) => {
      for (const { VersionId } of versions)
        await world.a.s3.send(new DeleteObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, VersionId }));
    };
    let third: Version = {};
    let newer: Version = {};
    justBeforeFirst(relay.writer, 'PutObject', async () => {
      newer = await put(key, 'newer');
      await answer(inProcessRelay(world), event(key, newer, '00C2'));
      third = await put(key, 'third');
    });
    const older = await put(key, 'older');
    justBefore(
      relay.reader,
      'GetObject',
      (nth) => nth === 2,
      () => purge([older, newer, third]),
    );
    await answer(relay, event(key, older, '00C1'));
    expect(await delivered(key)).toBe('older');
    const [letter] = await world.deadLetters();
    expect(letter?.MessageAttributes).toMatchObject({ ErrorCode: { StringValue: 'Superseded' } });
    expect(letter?.MessageAttributes?.['ErrorMessage']?.StringValue).toContain(`version ${newer.VersionId}`);
  });

  test('when nobody can tell which of two is the newer one, account B is told of both', async () => {
    const older = await put('unordered', 'older');
    let newer: Version = {};
    justBeforeFirst(relay.writer, 'PutObject', async () => {
      newer = await put('unordered', 'newer');
      await answer(inProcessRelay(world), message({ key: 'unordered' }));
      await remove('unordered');
    });
    await answer(relay, message({ key: 'unordered' }));
    const [letter] = await world.deadLetters();
    expect(letter?.MessageAttributes).toMatchObject({ ErrorCode: { StringValue: 'Superseded' } });
    const reason = letter?.MessageAttributes?.['ErrorMessage']?.StringValue;
    expect(reason).toContain(`version ${newer.VersionId}`);
    expect(reason).toContain(`version ${older.VersionId}`);
  });

  test.each([
    ['by a message that was handed out again', 2],
    ['by hand, a write of it unanswered', 0],
  ])(
    'what nobody could tell then, no later try and no redrive decides, and account B is told again: written %s',
    async (_, receives) => {
      const key = `undecided ${receives}`;
      await put(key, 'older');
      await answer(relay, message({ key }));
      const newer = await put(key, 'newer');
      const writer = inProcessRelay(world);
      if (receives === 0) firstPutUnanswered(writer.writer);
      justBeforeFirst(writer.invocation.clients.dynamodb, 'PutItem', () => remove(key));
      if (receives > 0) await answer(writer, event(key, newer, '00C2', receives));
      else await expect(relayKeys(writer.invocation, { key })).rejects.toMatchObject({ code: 'Superseded' });
      await untilQuiet();
      expect(await delivered(key)).toBe('newer');
      const letters = await world.deadLetters();
      const codes = letters.map(({ MessageAttributes }) => MessageAttributes?.['ErrorCode']?.StringValue);
      expect(new Set(codes)).toEqual(new Set(['Superseded']));
      for (const letter of letters) await answer(inProcessRelay(world), sqsRecord(letter));
      await untilQuiet();
      expect(await delivered(key)).toBe('newer');
      expect(new Set(await reasons())).toEqual(new Set(['Superseded']));
    },
  );

  test('account B is told anew when another version was recorded after it was told', async () => {
    const key = 'told too early';
    const version = await put(key, 'newest');
    await answer(relay, event(key, version, '00C4'));
    await remove(key);
    const told = message({ key });
    const Superseded = { dataType: 'String', stringValue: 'yes' };
    await answer(inProcessRelay(world), { ...told, messageAttributes: { ...told.messageAttributes, Superseded } });
    const [letter, ...others] = await world.deadLetters();
    expect(others).toEqual([]);
    expect(letter?.MessageAttributes).toMatchObject({ ErrorCode: { StringValue: 'Superseded' } });
    expect(letter?.MessageAttributes?.['ErrorMessage']?.StringValue).toContain(`version ${version.VersionId}`);
  });

  test('account B is told by hand too, when the queue refuses the message that would repeat it', async () => {
    const key = 'undecided, and the queue refuses';
    await put(key, 'older');
    await answer(relay, message({ key }));
    await put(key, 'newer');
    const { invocation, writer } = inProcessRelay(world);
    firstPutUnanswered(writer);
    justBeforeFirst(invocation.clients.dynamodb, 'PutItem', () => remove(key));
    refusingMessagesTo(invocation.clients.sqs, invocation.config.queueUrl);
    await expect(relayKeys(invocation, { key })).rejects.toMatchObject({ code: 'QueueUnavailable' });
    const [letter] = await world.deadLetters();
    expect(letter?.MessageAttributes).toMatchObject({ ErrorCode: { StringValue: 'Superseded' } });
  });

  test('also when the older one went unanswered, and nothing was there by the next try', async () => {
    const key = 'unanswered-and-gone';
    const older = await put(key, 'older');
    const late = everyPutUnanswered(relay.writer, () => remove(key));
    await answer(relay, event(key, older, '00C1'));
    const newer = await put(key, 'newer');
    await answer(inProcessRelay(world), event(key, newer, '00C2'));
    await remove(key);
    await late.land();
    expect(await delivered(key)).toBe('older');
    await untilQuiet();
    expect(await delivered(key)).toBe('newer');
    expect(await world.ledgerItem(key)).toMatchObject({ status: 'delivered', sourceVersionId: newer.VersionId });
    expect(await reasons()).toEqual([]);
  });

  test('if that version is gone, too, account B is told which one is right and which is there', async () => {
    let gone: string | undefined;
    const step = async () => {
      gone = (await world.ledgerItem('lost'))?.['sourceVersionId'];
      const Delete = { Bucket: SOURCE_BUCKET, Key: 'lost', VersionId: gone };
      await world.a.s3.send(new DeleteObjectCommand(Delete));
    };
    const { older } = await overtaken('lost', step);
    const [letter] = await world.deadLetters();
    expect(letter?.MessageAttributes).toMatchObject({ ErrorCode: { StringValue: 'Superseded' } });
    const reason = letter?.MessageAttributes?.['ErrorMessage']?.StringValue;
    expect(reason).toContain(`version ${gone}`);
    expect(reason).toContain(`version ${older.VersionId}`);
    expect(await world.ledgerItem('lost')).toMatchObject({ status: 'delivered', sourceVersionId: gone });
  });
});

test('time that runs out at the last try is recorded as any reason is', async () => {
  const version = await put('out-of-time', 'hello');
  justBefore(
    relay.writer,
    'PutObject',
    () => true,
    async () => relay.runOutOfTime(),
  );
  await answer(relay, event('out-of-time', version, '00D1', 5));
  expect(await world.ledgerItem('out-of-time')).toMatchObject({ status: 'failed', reasonCode: 'OutOfTime' });
  expect(await reasons()).toEqual(['OutOfTime']);
});

describe('a message that each receiver dies at is set aside with a reason before SQS does it without one', () => {
  test('its object is in the ledger, too, and nothing is begun', async () => {
    const version = await put('deadly', 'hello');
    let isBegun = false;
    for (const command of ['GetObject', 'HeadObject']) {
      justBefore(
        relay.reader,
        command,
        () => true,
        async () => {
          isBegun = true;
        },
      );
    }
    await answer(relay, event('deadly', version, '00D2', 6));
    expect(isBegun).toBe(false);
    expect(await world.ledgerItem('deadly')).toMatchObject({ status: 'failed', reasonCode: 'FunctionDied' });
    const [letter] = await world.deadLetters();
    expect(letter!.MessageAttributes).toMatchObject({
      ErrorCode: { StringValue: 'FunctionDied' },
      Uncertain: { StringValue: 'yes' },
    });
  });

  test('a delivery of that version stays in the ledger', async () => {
    const version = await put('deadly-afterwards', 'hello');
    await answer(relay, event('deadly-afterwards', version, '00D3'));
    await answer(relay, event('deadly-afterwards', version, '00D3', 6));
    expect(await world.ledgerItem('deadly-afterwards')).toMatchObject({ status: 'delivered' });
    expect(await reasons()).toEqual(['FunctionDied']);
  });

  test('it takes no other of its batch with it: what is done is acknowledged before the next one dies', async () => {
    const records = await Promise.all(
      ['deadly-one', 'beside-it'].map(async (key, nth) => ({
        ...event(key, await put(key, 'hello'), '00D5', 2),
        receiptHandle: `handle ${nth}`,
      })),
    );
    // It never comes back from this.
    const dying = new Promise<void>(() => undefined);
    justBeforeFirst(relay.reader, 'GetObject', () => dying);
    const acknowledged: unknown[] = [];
    (relay.invocation.clients.sqs as SQSClient).middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName !== 'DeleteMessageCommand') return next(args);
          acknowledged.push((args.input as { ReceiptHandle: string }).ReceiptHandle);
          return { output: { $metadata: {} }, response: undefined };
        },
      { step: 'initialize', name: 'acknowledged' },
    );
    void relayMessages(relay.invocation, { Records: records });
    await vi.waitFor(() => expect(acknowledged).toEqual(['handle 1']), 3_000);
    await untilQuiet();
  });

  test('it has had five tries', async () => {
    const version = await put('not-deadly', 'hello');
    await answer(relay, event('not-deadly', version, '00D4', 5));
    expect(await delivered('not-deadly')).toBe('hello');
    await untilQuiet();
    expect(await reasons()).toEqual([]);
  });
});

test('a dead letter remembers that something was written, and a redrive asks which version must stay', async () => {
  const key = 'redriven';
  const older = await put(key, 'older');
  let newer: Version = {};
  justBeforeFirst(relay.writer, 'PutObject', async () => {
    newer = await put(key, 'newer');
    await answer(inProcessRelay(world), event(key, newer, '00G2'));
  });
  const down = { ...relay.invocation, config: { ...relay.invocation.config, ledgerTable: 'no-such-table' } };
  // At its last try, without having been handed out twice.
  const last = {
    FirstMessageId: { stringValue: 'm' },
    FirstSentAt: { stringValue: String(Date.now()) },
    Tries: { stringValue: '4' },
    RequeuedAt: { stringValue: String(Date.now()) },
  };
  const record = { ...event(key, older, '00G1'), messageAttributes: last } as unknown as SQSRecord;
  await answer({ ...relay, invocation: down }, record);
  expect(await delivered(key)).toBe('older');
  await remove(key);
  const [letter] = await world.deadLetters();
  expect(letter?.MessageAttributes?.['ErrorCode']?.StringValue).toBe('LedgerUnavailable');
  await answer(inProcessRelay(world), sqsRecord(letter!));
  expect(await delivered(key)).toBe('newer');
});

test('what was asked for by hand, written and not recorded is looked after by a message', async () => {
  const key = 'by-hand-unrecorded';
  await put(key, 'older');
  await waiting();
  const down = { ...relay.invocation, config: { ...relay.invocation.config, ledgerTable: 'no-such-table' } };
  let newer: Version = {};
  justBeforeFirst(relay.writer, 'PutObject', async () => {
    newer = await put(key, 'newer');
    await answer(inProcessRelay(world), event(key, newer, '00H2'));
    await remove(key);
  });
  await expect(relayKeys(down, { key })).rejects.toMatchObject({ code: 'LedgerUnavailable' });
  expect(await delivered(key)).toBe('older');
  await untilQuiet();
  expect(await delivered(key)).toBe('newer');
});

test('on a create-only route, too, the ledger names what was delivered last, after account B has made room for it', async () => {
  const key = 'create-only';
  const { config } = relay.invocation;
  const routes = config.routes.map((route) => ({ ...route, createOnly: true }));
  const createOnly = { ...relay.invocation, config: { ...config, routes } };
  await put(key, 'older');
  await relayKeys(createOnly, { key });
  await world.b.s3.send(new DeleteObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key }));
  const newer = await put(key, 'newer');
  await relayKeys(createOnly, { key });
  expect(await delivered(key)).toBe('newer');
  expect(await world.ledgerItem(key)).toMatchObject({ status: 'delivered', sourceVersionId: newer.VersionId });
});

test('on a create-only route nothing that was written can be wrong: a redelivered message whose object is gone tells account B nothing', async () => {
  const key = 'create-only-gone';
  const { config } = relay.invocation;
  const routes = config.routes.map((route) => ({ ...route, createOnly: true }));
  const createOnly = { ...relay, invocation: { ...relay.invocation, config: { ...config, routes } } };
  const version = await put(key, 'hello');
  await answer(createOnly, event(key, version, '00H1'));
  const { VersionId } = version;
  await world.a.s3.send(new DeleteObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, VersionId }));
  await answer(createOnly, event(key, version, '00H1', 2));
  expect(await delivered(key)).toBe('hello');
  expect(await world.ledgerItem(key)).toMatchObject({ status: 'delivered' });
  expect(await reasons()).toEqual([]);
});

test('a task of a second batch job starts an execution of its own, whatever its id; a repeated task does not', async () => {
  const key = 'batched';
  await put(key, 'large');
  const names: string[] = [];
  const lambda = {
    send: async ({ input }: { input: { DurableExecutionName: string } }) => names.push(input.DurableExecutionName),
  };
  const { config, clients } = relay.invocation;
  const invocation = {
    ...relay.invocation,
    config: { ...config, largeObjectBytes: 1, largeFunction: 'relay-large' },
    clients: { ...clients, lambda: lambda as unknown as typeof clients.lambda },
  };
  for (const id of ['first', 'first', 'second']) {
    const tasks = [{ taskId: 't', s3Key: key, s3Bucket: SOURCE_BUCKET }];
    const job = { invocationSchemaVersion: '2.0', invocationId: 'i', job: { id }, tasks };
    expect(await relayBatchJob(invocation, job)).toMatchObject({ results: [{ resultCode: 'Succeeded' }] });
  }
  expect(names[1]).toBe(names[0]);
  expect(names[2]).not.toBe(names[0]);
});

test('a receipt whose request the SDK has repeated hides no other', async () => {
  const key = 'repeated-receipt';
  const older = await put(key, 'older');
  const finishSlow = await slowRelay(key, older, '00I1');
  const newer = await put(key, 'newer');
  const fast = relayOvertakenByDelete(key, finishSlow);
  let isFirst = true;
  fast.invocation.clients.dynamodb.middlewareStack.add(
    (next) => async (args) => {
      const answered = await next(args);
      if (!isFirst) return answered;
      isFirst = false;
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    },
    { step: 'finalizeRequest', priority: 'low', name: 'unanswered' },
  );
  await answer(fast, event(key, newer, '00I2'));
  expect(await delivered(key)).toBe('newer');
});

describe('a ledger that is down', () => {
  test.each([
    ['keeps a message from being forgotten', 1, []],
    ['doesn’t hide the first reason at the last try', 5, ['SourceMissing']],
  ])('%s', async (_, tries, expected) => {
    const down = { ...relay.invocation, config: { ...relay.invocation.config, ledgerTable: 'no-such-table' } };
    const record = event(`never-there ${tries}`, { VersionId: 'gone', ETag: '"x"' }, '00E1');
    await answer({ ...relay, invocation: down }, triedBefore(record, tries - 1));
    expect(await reasons()).toEqual(expected);
  });
});

test('one record that can’t be relayed is set aside alone, and the other is relayed', async () => {
  const version = await put('there', 'hello');
  const gone = recordOf('not-there', { VersionId: 'gone', ETag: '"x"' }, '00F1');
  await answer(relay, message({ Records: [gone, recordOf('there', version, '00F2')] }));
  expect(await delivered('there')).toBe('hello');
  const [letter, ...others] = await world.deadLetters();
  expect(others).toEqual([]);
  expect(JSON.parse(letter!.Body!)).toEqual({ Records: [gone] });
});

test('one key of a list that can’t be relayed is set aside alone', async () => {
  await put('listed', 'hello');
  await answer(relay, message({ keys: ['not-listed', 'listed'] }));
  expect(await delivered('listed')).toBe('hello');
  const letters = await world.deadLetters();
  expect(letters.map(({ Body }) => JSON.parse(Body!))).toEqual([{ key: 'not-listed' }]);
});
