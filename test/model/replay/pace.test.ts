/** A replay with a limit: how evenly it sends, by a clock that its own pauses move, and that no crash changes it. */
import type { DurableContext } from '@aws/durable-execution-sdk-js';
import pMap from 'p-map';
import { describe, expect, test } from 'vitest';
import { PACED_STEPS_PER_EXECUTION, replayObjects } from '../../../functions/replay/replay-objects.ts';
import { parseReplayEvent, type ReplayRequest } from '../../../functions/request/replay-request.ts';
import { DURABLE_QUOTAS } from '../../../functions/transfer/plan-large.ts';
import { ReplayWorld, type ReplayWorldOptions } from './replay-world.ts';

const AT_ONCE = 20;

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `uploads/${String(index).padStart(10, '0')}.bin`);
}

/** When each task was sent, in seconds, and how many operations it took. */
async function pacedReplay(options: ReplayWorldOptions, asked: object) {
  const world = new ReplayWorld(options);
  const times: number[] = [];
  let operations = 0;
  const context = {
    executionContext: { durableExecutionArn: 'arn/durable-execution/paced/id' },
    step: async (_: string, work: (step: { attempt: number }) => unknown) => {
      operations += 1;
      const result = await work({ attempt: 1 });
      while (times.length < world.sent.length) times.push(world.now / 1000);
      return result;
    },
    wait: async (_: string, { seconds }: { seconds: number }) => {
      operations += 1;
      expect(Number.isInteger(seconds) && seconds >= 1).toBe(true);
      world.now += seconds * 1000;
    },
  } as unknown as DurableContext;
  const replay = world.replayOf({ turn: async () => undefined });
  const summary = await replayObjects({ ...replay, context }, parseReplayEvent(asked) as ReplayRequest);
  return { world, times, operations, summary };
}

/** The most that were sent within any time of that length. */
function mostWithin(times: readonly number[], seconds: number): number {
  let first = 0;
  let most = 0;
  for (const [last, time] of times.entries()) {
    while (time - times[first]! >= seconds) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

describe('objectsPerSecond', () => {
  test.each([
    [0.5, 300],
    [1, 600],
    [7, 4_000],
    [100, 50_000],
  ])('%d: %d objects go evenly, and no key is missed or sent twice', async (objectsPerSecond, count) => {
    const keys = numbered(count);
    const { world, times } = await pacedReplay({ keys }, { only: 'all', objectsPerSecond });
    expect(world.sent.toSorted()).toEqual(keys);
    // A step's worth goes at once, and no further one until it is used up.
    expect(mostWithin(times, 30)).toBeLessThanOrEqual(objectsPerSecond * 30);
    expect(mostWithin(times, 600)).toBeLessThanOrEqual(objectsPerSecond * 600);
    // Nor does it dawdle.
    expect(times.at(-1)).toBeLessThanOrEqual(count / objectsPerSecond + 30);
  });

  test('what is delivered already costs no pause', async () => {
    const keys = numbered(100_000);
    const { operations, times } = await pacedReplay(
      { keys, isDelivered: (key) => !key.endsWith('0000.bin') },
      { objectsPerSecond: 1 },
    );
    expect(times).toHaveLength(10);
    expect(operations).toBeLessThan(10);
  });

  test('a key goes along all its routes in one step, and each counts', async () => {
    const keys = numbered(100);
    const routes = ['one', 'two', 'three'];
    const { world, times } = await pacedReplay({ keys, routes }, { only: 'all', objectsPerSecond: 1 });
    expect(world.sent).toHaveLength(300);
    expect(mostWithin(times, 30)).toBe(30);
    const { times: slow } = await pacedReplay({ keys, routes }, { only: 'all', objectsPerSecond: 0.01 });
    expect(slow.at(-1)).toBe(99 * 300);
  });

  test('a step that took its time is followed by a shorter pause', async () => {
    const keys = numbered(90);
    const { times } = await pacedReplay({ keys, clockStepMs: 4_000 }, { only: 'all', objectsPerSecond: 1 });
    // Three steps: each looks at the clock a few times, four seconds each.
    expect(times.at(-1)! - times[0]!).toBeLessThanOrEqual(2 * 34);
  });

  test('a dry run sends nothing, waits for nothing, and says how long it would take', async () => {
    const { operations, summary } = await pacedReplay({ keys: numbered(3_000) }, { dryRun: true, objectsPerSecond: 2 });
    expect(operations).toBe(1);
    expect(summary.plan).toMatchObject({ objects: 3_000, seconds: 1_500 });
  });

  test('more than one execution may take is handed over with its limit', async () => {
    const { world, operations, summary } = await pacedReplay(
      { keys: numbered(40_000) },
      { only: 'all', objectsPerSecond: 1 },
    );
    expect(summary).toMatchObject({ status: 'handed over', sent: PACED_STEPS_PER_EXECUTION * 30 });
    expect(operations).toBeLessThanOrEqual(DURABLE_QUOTAS.operations * 0.75);
    expect(world.started.get(summary.execution!)).toMatchObject({ objectsPerSecond: 1, goOn: { totals: {} } });
  });
});

test('newerThanHours is fixed once: an execution that goes on looks for the same objects', async () => {
  const { world, summary } = await pacedReplay(
    { keys: numbered(40_000), clockStepMs: 1 },
    { only: 'all', objectsPerSecond: 1, newerThanHours: 24 },
  );
  const handed = world.started.get(summary.execution!)!;
  expect(handed).not.toHaveProperty('newerThanHours');
  expect(Date.parse(handed.since!)).toBe(1 - 24 * 3_600_000);
});

describe('killed before and after each request and each checkpoint', () => {
  const keys = numbered(10);
  const asked = { only: 'all', newerThanHours: 24, objectsPerSecond: 0.1 };
  const replayed = async (killAt?: number) => {
    const world = new ReplayWorld({ keys, skipTime: true, ...(killAt !== undefined && { killAt }) });
    return { world, summary: await world.replay(asked) };
  };

  test('a paced replay loses no key, and repeats one step at the most', async () => {
    const undisturbed = await replayed();
    expect(undisturbed.world.sent).toEqual(keys);
    const { turns } = undisturbed.world;
    expect(turns.filter((label) => label.includes('START so that others')).length).toBe(2 * 3);
    await pMap(
      [...turns.keys()],
      async (index) => {
        const { world, summary } = await replayed(index + 1);
        const story = `killed at turn ${index + 1}, "${turns[index]}"`;
        expect(new Set(world.sent), story).toEqual(new Set(keys));
        expect(world.sent.length, story).toBeLessThanOrEqual(keys.length + 3);
        expect(summary, story).toEqual(undisturbed.summary);
        expect(world.execution!.status, story).toBe('SUCCEEDED');
      },
      { concurrency: AT_ONCE },
    );
  });
});
