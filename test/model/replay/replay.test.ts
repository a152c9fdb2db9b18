/** Replay at sizes that no test could upload, and killed at every step of its own. */
import type { DurableContext } from '@aws/durable-execution-sdk-js';
import pMap from 'p-map';
import { describe, expect, test } from 'vitest';
import { type ReplaySummary, replayObjects, STEPS_PER_EXECUTION } from '../../../functions/replay/replay-objects.ts';
import { KEYS_PER_STEP } from '../../../functions/replay/scan.ts';
import { parseReplayEvent, type ReplayRequest } from '../../../functions/request/replay-request.ts';
import { DURABLE_QUOTAS } from '../../../functions/transfer/plan-large.ts';
import { OBJECT_BYTES, ReplayWorld } from './replay-world.ts';

/** A step looks at the clock before its second page: so it has one page each. */
const A_PAGE_EACH_MS = 80_000;
/** Lambda stops a function that starts itself more often in a row. */
const RECURSIONS = 16;
const AT_ONCE = 40;

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `uploads/${String(index).padStart(10, '0')}.bin`);
}

/** An execution that is never disturbed, without its pauses. */
async function execute(world: ReplayWorld, request: ReplayRequest, name: string) {
  let operations = 0;
  const context = {
    executionContext: { durableExecutionArn: `arn/durable-execution/${name}/id` },
    step: (_: string, work: (step: { attempt: number }) => unknown) => {
      operations += 1;
      return work({ attempt: 1 });
    },
    wait: async () => {
      operations += 1;
    },
  } as unknown as DurableContext;
  const replay = world.replayOf({ turn: async () => undefined });
  const summary = await replayObjects({ ...replay, context }, request);
  return { summary, operations };
}

describe('a million keys', () => {
  const keys = numbered(1_000_000);

  test('take fewer than a hundred operations, and none is missed', async () => {
    const world = new ReplayWorld({ keys, isDelivered: (key) => !key.endsWith('7.bin') });
    const summary = await world.replay();
    expect(summary).toEqual({
      status: 'done',
      scanned: 1_000_000,
      alreadyDelivered: 900_000,
      sent: 100_000,
      bytes: 100_000 * OBJECT_BYTES,
      lastKey: keys.at(-1),
    });
    expect(world.execution!.journal.operationsBegun).toBeLessThan(100);
    expect(new Set(world.sent)).toEqual(new Set(keys.filter((key) => key.endsWith('7.bin'))));
    expect(world.sent).toHaveLength(100_000);
  });
});

describe('more than one execution may take', () => {
  test('is handed over, totals included, and no key is missed or sent twice', async () => {
    const keys = numbered(4_000);
    const world = new ReplayWorld({ keys, keysPerPage: 1, clockStepMs: A_PAGE_EACH_MS });
    let request = parseReplayEvent({ only: 'all' }) as ReplayRequest;
    const summaries: ReplaySummary[] = [];
    for (let number = 1; number === 1 || summaries.at(-1)!.status === 'handed over'; number++) {
      const { summary, operations } = await execute(world, request, `e${number}`);
      expect(operations).toBeLessThan(2_000);
      summaries.push(summary);
      // What it was started with passes the door as any event does.
      if (summary.execution) request = parseReplayEvent(world.started.get(summary.execution)) as ReplayRequest;
    }
    expect(summaries.map(({ status, scanned }) => [status, scanned])).toEqual([
      ['handed over', 1_800],
      ['handed over', 3_600],
      ['done', 4_000],
    ]);
    expect(world.sent.toSorted()).toEqual(keys);
  });

  test('a billion keys stay within the quotas, with hand-overs that Lambda does not take for a loop', () => {
    const steps = 1e9 / KEYS_PER_STEP;
    const operationsPerExecution = STEPS_PER_EXECUTION * 1.1 + 1;
    expect(operationsPerExecution).toBeLessThan(DURABLE_QUOTAS.operations * 0.75);
    expect(Math.ceil(steps / STEPS_PER_EXECUTION)).toBeLessThan(RECURSIONS);
    // A step's result: numbers, and a key of up to 1,024 bytes, each escaped at the worst.
    expect(operationsPerExecution * (1_024 * 6 + 1_024)).toBeLessThan(DURABLE_QUOTAS.writtenBytes);
  });
});

describe('killed before and after each request and each checkpoint', () => {
  const keys = numbered(10);
  const perPage = 4;
  const replayed = async (killAt?: number) => {
    const world = new ReplayWorld({
      keys,
      keysPerPage: perPage,
      clockStepMs: A_PAGE_EACH_MS,
      ...(killAt !== undefined && { killAt }),
    });
    return { world, summary: await world.replay({ only: 'all' }) };
  };

  test('no key is lost, and one step at the most is repeated', async () => {
    const undisturbed = await replayed();
    expect(undisturbed.world.sent).toEqual(keys);
    const { turns } = undisturbed.world;
    expect(turns.filter((label) => label.includes('checkpoint')).length).toBeGreaterThan(5);
    await pMap(
      [...turns.keys()],
      async (index) => {
        const { world, summary } = await replayed(index + 1);
        const story = `killed at turn ${index + 1}, "${turns[index]}"`;
        expect(new Set(world.sent), story).toEqual(new Set(keys));
        expect(world.sent.length, story).toBeLessThanOrEqual(keys.length + perPage);
        // What is told counts each key once, whatever was sent twice.
        expect(summary, story).toEqual(undisturbed.summary);
        expect(world.execution!.status, story).toBe('SUCCEEDED');
      },
      { concurrency: AT_ONCE },
    );
  });
});

test('what may pass is tried again after a pause; pages that are done stay done', async () => {
  const throttled = Object.assign(new Error('slow down'), { name: 'RequestThrottled', $fault: 'client' });
  const keys = numbered(12);
  const world = new ReplayWorld({ keys, keysPerPage: 4, failSend: { nth: 2, error: throttled } });
  expect(await world.replay({ only: 'all' })).toMatchObject({ status: 'done', scanned: 12, sent: 12 });
  expect(world.sent).toEqual(keys);
});

describe('a listing that makes no progress ends the execution with the reason', () => {
  const Contents = [{ Key: 'a', ETag: '"etag"', Size: 1, LastModified: new Date(0) }];

  test.each([
    ['since it begins anew', { Contents, IsTruncated: true }, 'begins with a: it makes no progress'],
    ['since it is empty and not at its end', { IsTruncated: true }, 'begins with no key at all: it makes no progress'],
  ])('%s', async (_, page, sentence) => {
    let pages = 0;
    const ListObjectsV2 = () => {
      pages += 1;
      if (pages > 50) throw new Error('listed without end');
      return page;
    };
    const world = new ReplayWorld({ keys: [], skipTime: true, services: { ListObjectsV2 } });
    const answer = await world.replay();
    expect(answer).toMatchObject({ errorType: 'ListingStuck', errorMessage: expect.stringContaining(sentence) });
    expect(new Set(world.sent).size).toBe(world.sent.length);
  });

  test('a step that has no time left still lists a page', async () => {
    const keys = numbered(3);
    const world = new ReplayWorld({ keys, keysPerPage: 1, clockStepMs: 100_000 });
    expect(await world.replay()).toMatchObject({ status: 'done', scanned: 3, sent: 3 });
  });
});

test('what is archived is counted and left alone, whatever is asked for', async () => {
  const keys = numbered(6);
  const isArchived = (key: string) => [keys[1], keys[5]].includes(key);
  const isDelivered = (key: string) => [keys[0], keys[1]].includes(key);
  const missing = new ReplayWorld({ keys, isArchived, isDelivered, keysPerPage: 4 });
  // What was delivered before it was archived is no concern.
  expect(await missing.replay()).toMatchObject({ scanned: 6, alreadyDelivered: 2, archived: 1, sent: 3 });
  expect(missing.sent).toEqual([keys[2], keys[3], keys[4]]);
  const all = new ReplayWorld({ keys, isArchived, isDelivered, keysPerPage: 4 });
  expect(await all.replay({ only: 'all' })).toMatchObject({ scanned: 6, alreadyDelivered: 0, archived: 2, sent: 4 });
  const dry = new ReplayWorld({ keys, isArchived });
  expect(await dry.replay({ dryRun: true })).toMatchObject({ archived: 2, plan: { objects: 4 } });
});

test('what no repetition helps ends the execution with the reason', async () => {
  const denied = Object.assign(new Error('not authorized'), { name: 'AccessDenied', $fault: 'client' });
  const world = new ReplayWorld({ keys: numbered(4), failSend: { nth: 1, error: denied } });
  expect(await world.replay()).toMatchObject({
    errorType: 'QueueUnavailable',
    errorMessage:
      'SendMessageBatch on queue failed (AccessDenied: not authorized). Is the source stack deployed as a whole?',
  });
});
