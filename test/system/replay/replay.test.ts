/** Replay's real bundle, invoked as people and schedules do, between the two accounts. */
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import pMap from 'p-map';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Faults } from '../../../emulator/index.ts';
import type { ReplayAnswer } from '../../../functions/handlers/replay.ts';
import { eventFixture, replayEventNames } from '../../support/events.ts';
import { executions, kill } from '../../support/large.ts';
import {
  changeSettings,
  DESTINATION_BUCKET,
  eventually,
  LEDGER_TABLE,
  NO_PAUSES,
  PREFIX,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const AT_ONCE = 10;
const LOG_GROUP = '/aws/lambda/upload-relay-replay';
const COUNT = 120;
const RECEIPTS_GONE = 37;
/** More than a page of the ledger's, and everything that a key may be. */
const HOSTILE = [
  'with spaces.txt',
  '1+1=2',
  '100%2B sure',
  '日本語/ファイル',
  'two\nlines',
  '🎉',
  'a\'b"c&d<e>',
  ' lead',
];
const KEYS = [...HOSTILE, ...Array.from({ length: COUNT - HOSTILE.length }, (_, index) => `many/${index}.txt`)];

let world: TwoAccounts;
const faults = new Faults({ seed: 1 });

beforeAll(async () => {
  world = await startTwoAccounts({
    change: (stacks) => changeSettings(stacks, { ...NO_PAUSES }),
    faults,
  });
  expect(await replay({})).toEqual({ status: 'done', scanned: 0, alreadyDelivered: 0, sent: 0, bytes: 0 });
  await pMap(KEYS, (key) => world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: key })), {
    concurrency: AT_ONCE,
  });
  await allDelivered(KEYS);
});

afterEach(() => faults.clear());

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
});

async function invoke(event: object) {
  return world.invoke(event, 'upload-relay-replay:live');
}

async function replay(event: object): Promise<ReplayAnswer> {
  const { functionError, payload } = await invoke(event);
  expect(functionError, JSON.stringify(payload)).toBeUndefined();
  return payload as ReplayAnswer;
}

const allDelivered = (keys: readonly string[]) =>
  pMap(keys, (key) => eventually(async () => (await world.ledgerItem(key))?.['status'] === 'delivered'), {
    concurrency: AT_ONCE,
  });

/** As if they had never been delivered. */
async function loseReceipts(keys: readonly string[]): Promise<void> {
  for (let index = 0; index < keys.length; index += 25) {
    const requests = keys
      .slice(index, index + 25)
      .map((key) => ({ DeleteRequest: { Key: { id: { S: `main/${key}` } } } }));
    await world.a.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [LEDGER_TABLE]: requests } }));
  }
}

/** The receipts’ times, which tell a delivery from the one before it. */
async function startedAt(keys: readonly string[]): Promise<(string | undefined)[]> {
  return Promise.all(keys.map(async (key) => (await world.ledgerItem(key))?.['startedAt']));
}

function bytesOf(keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + Buffer.byteLength(key), 0);
}

const byBytes = (keys: readonly string[]) => keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

describe('only what is missing', () => {
  test('when everything has its receipt, nothing is sent', async () => {
    expect(await replay({})).toEqual({
      status: 'done',
      scanned: COUNT,
      alreadyDelivered: COUNT,
      sent: 0,
      bytes: 0,
      lastKey: byBytes(KEYS).at(-1),
    });
  });

  test('37 receipts lost: exactly 37 are sent and delivered anew, whatever their keys are made of', async () => {
    const gone = KEYS.slice(0, RECEIPTS_GONE);
    const kept = KEYS.slice(RECEIPTS_GONE);
    const before = await startedAt(kept);
    await loseReceipts(gone);
    expect(await replay({})).toMatchObject({
      scanned: COUNT,
      alreadyDelivered: COUNT - RECEIPTS_GONE,
      sent: RECEIPTS_GONE,
      bytes: bytesOf(gone),
    });
    await allDelivered(gone);
    expect(await startedAt(kept)).toEqual(before);
    await pMap(
      HOSTILE,
      (key) => world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + key })),
      { concurrency: AT_ONCE },
    );
  });

  test('a dry run sends nothing and says what it would take', async () => {
    const gone = KEYS.slice(0, RECEIPTS_GONE);
    await loseReceipts(gone);
    expect(await replay(eventFixture('replay-dry-run'))).toMatchObject({
      status: 'done',
      scanned: COUNT,
      sent: 0,
      bytes: 0,
      plan: {
        objects: RECEIPTS_GONE,
        bytes: bytesOf(gone),
        requests: 4 * RECEIPTS_GONE,
        seconds: 1,
        dollars: expect.closeTo(0.00033, 4),
      },
    });
    for (const key of gone) expect(await world.ledgerItem(key)).toBeUndefined();
    await replay({});
    await allDelivered(gone);
  });

  test('an object that is deleted meanwhile is no trouble: it is not there to be listed, or is set aside by the relay', async () => {
    const key = 'many/deleted';
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: 'x' }));
    await allDelivered([key]);
    await world.a.s3.send(new DeleteObjectCommand({ Bucket: SOURCE_BUCKET, Key: key }));
    await loseReceipts([key]);
    expect(await replay({ prefix: 'many/' })).toMatchObject({ scanned: COUNT - HOSTILE.length, sent: 0 });
  });

  test('a crash of the function repeats a step, and no key is lost', async () => {
    const gone = KEYS.slice(0, RECEIPTS_GONE);
    await loseReceipts(gone);
    const death = faults.add(kill('in mid-step', 'SendMessageBatch', 2, true));
    expect(await replay({})).toMatchObject({ status: 'done', scanned: COUNT });
    expect(death.injected).toBe(1);
    await allDelivered(gone);
  });
});

describe('asked for more closely', () => {
  test('a prefix, and everything under it', async () => {
    const before = await startedAt(['日本語/ファイル']);
    expect(await replay({ prefix: '日本', only: 'all' })).toMatchObject({ scanned: 1, sent: 1 });
    await eventually(async () => (await startedAt(['日本語/ファイル']))[0] !== before[0]);
  });

  test('times: nothing is that old, and nothing that new', async () => {
    const all = { only: 'all', dryRun: true };
    expect(await replay({ ...all, until: '2020-01-01' })).toMatchObject({ scanned: COUNT, plan: { objects: 0 } });
    expect(await replay({ ...all, since: '2999-01-01' })).toMatchObject({ scanned: COUNT, plan: { objects: 0 } });
    expect(await replay({ ...all, since: '2020-01-01' })).toMatchObject({ plan: { objects: COUNT } });
  });

  test.each([
    ['a misspelt field', eventFixture<object>('replay-misspelt'), 'BadEvent', 'field "prefx" is not known'],
    ['an unknown route', { route: 'letters' }, 'UnknownRoute', 'There is no route "letters"; the routes are "main".'],
  ])('%s is a typed error', async (_, event, errorType, sentence) => {
    const { functionError, payload } = await invoke(event);
    expect(functionError).toBe('Unhandled');
    expect(payload).toMatchObject({ errorType, errorMessage: expect.stringContaining(sentence) });
    expect(JSON.stringify(payload)).not.toContain('    at ');
  });

  test('each fixture is one that it takes, or says why not', async () => {
    for (const name of replayEventNames()) {
      const { functionError } = await invoke(eventFixture(name));
      expect(`${name}: ${functionError}`).toBe(`${name}: ${name === 'replay-misspelt' ? 'Unhandled' : undefined}`);
    }
  });
});

describe('dead letters', () => {
  test('go back to the queue, whoever put them there, and are relayed once they can be', async () => {
    const key = 'late+arrival 日本.txt';
    await world.deadLetters();
    // Of an object that isn't there: the relay sets its message aside itself, which leaves no mark of the queue.
    const QueueUrl = world.cloud.outputs('upload-relay-source')['QueueUrl']!;
    const MessageBody = JSON.stringify({ key, route: 'main' });
    await world.a.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    await eventually(async () => (await world.ledgerItem(key))?.['reasonCode'] === 'SourceMissing');
    const dead = world.cloud.sqs.all().find(({ name }) => name === 'upload-relay-dead-letters')!;
    await eventually(async () => dead.counts().visible === 1);

    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: 'x' }));
    await allDelivered([key]);
    await loseReceipts([key]);
    expect(await replay(eventFixture('replay-dead-letters'))).toEqual({
      from: 'dead-letter-queue',
      status: 'COMPLETED',
      moved: 1,
      found: 1,
    });
    await allDelivered([key]);
    expect(dead.counts().visible).toBe(0);
  });

  test('none is fine too', async () => {
    expect(await replay({ from: 'dead-letter-queue' })).toMatchObject({ status: 'COMPLETED', moved: 0, found: 0 });
  });
});

test('what each step came to stands in its checkpoint, and in the log', () => {
  const execution = executions(world).find(({ target }) => target.function.name === 'upload-relay-replay')!;
  const step = execution.journal.operations.find(({ Name }) => Name === 'keys 1')!;
  expect(JSON.parse(step.StepDetails!.Result!)).toMatchObject({ value: { isLast: true, totals: { scanned: 0 } } });
  expect(world.cloud.logs.lines(LOG_GROUP).some((line) => line.includes('"message":"scanned"'))).toBe(true);
});
