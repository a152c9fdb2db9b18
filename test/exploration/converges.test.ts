/** Proof by exploration: the relay's real code in every order that fast-check's scheduler draws. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { run } from './explore.ts';
import { type Bounds, scenarios } from './scenario.ts';

/** Schedules per case. EXPLORE_RUNS raises it, EXPLORE_SEED goes elsewhere; without it, a red build is the change's doing. */
const RUNS = Number(process.env['EXPLORE_RUNS'] ?? 3_000);
const SEED = Number(process.env['EXPLORE_SEED'] ?? 20_260_115);
const TIMEOUT_MS = 60_000 + RUNS * 40;

/** @param share of the runs, for what takes long */
const CASES: [what: string, bounds: Bounds, share?: number][] = [
  [
    'a versioned object, written by several, invocations dying',
    { isVersioned: true, keys: ['k'], writers: 3, uploadsPerWriter: 2, ends: ['crash'] },
  ],
  [
    'an object without versions, written by several, invocations dying',
    { isVersioned: false, keys: ['k'], writers: 3, uploadsPerWriter: 2, ends: ['crash'] },
  ],
  [
    'two objects, taken in batches, invocations dying',
    { keys: ['k', 'l'], writers: 2, uploadsPerWriter: 2, batchSize: 2, ends: ['crash'] },
  ],
  [
    'large objects without a checksum to hand on, invocations dying',
    { keys: ['k'], writers: 2, uploadsPerWriter: 2, sizes: ['large'], hasChecksum: false, ends: ['crash'] },
  ],
  [
    'invocations running out of time, environments going on later with what they had under way',
    { keys: ['k'], writers: 2, uploadsPerWriter: 1, ends: ['timeout'] },
  ],
  [
    'a role that isn’t there at first, invocations dying',
    { keys: ['k', 'l'], writers: 2, uploadsPerWriter: 2, batchSize: 2, ends: ['crash'], awaitsRole: true },
  ],
  [
    'the same with objects for relay-large',
    {
      isVersioned: true,
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 2,
      hasChecksum: true,
      ends: ['crash'],
      hasExecutions: true,
      awaitsRole: true,
    },
  ],
  [
    'small and large versions of an object, relay and relay-large dying',
    {
      isVersioned: true,
      keys: ['k'],
      writers: 2,
      uploadsPerWriter: 2,
      hasChecksum: true,
      ends: ['crash'],
      hasExecutions: true,
    },
  ],
  [
    'large objects that wait for one another, relay and relay-large dying',
    {
      isVersioned: true,
      keys: ['k', 'l'],
      writers: 2,
      uploadsPerWriter: 1,
      sizes: ['large'],
      hasChecksum: true,
      ends: ['crash'],
      hasExecutions: true,
      largeSlots: 1,
    },
    1 / 5,
  ],
  [
    'objects that are deleted after the last upload, invocations dying or running out of time',
    { keys: ['k', 'l'], writers: 2, uploadsPerWriter: 2, batchSize: 2, deletes: true, ends: ['crash', 'timeout'] },
  ],
];

let schedules = 0;

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterAll(() => {
  vi.useRealTimers();
  console.info(`${schedules} schedules explored`);
});

test.each(CASES)(
  'the newest is delivered and recorded, and nothing mixed is ever shown: %s',
  async (_, bounds, share = 1) => {
    const property = fc.asyncProperty(scenarios(bounds), fc.scheduler(), async (scenario, scheduler) => {
      schedules++;
      await run(scenario, scheduler);
    });
    await fc.assert(property, { numRuns: Math.ceil(RUNS * share), seed: SEED });
  },
  TIMEOUT_MS,
);

test('a seed gives the same story each time, so that a counter-example can be looked into', async () => {
  const stories: string[][] = [];
  const bounds: Bounds = {
    keys: ['k', 'l'],
    writers: 3,
    uploadsPerWriter: 2,
    batchSize: 2,
    ends: ['crash', 'timeout'],
  };
  const property = fc.asyncProperty(scenarios(bounds), fc.scheduler(), async (scenario, scheduler) => {
    stories.push(await run(scenario, scheduler));
  });
  await fc.assert(property, { numRuns: 20, seed: SEED });
  await fc.assert(property, { numRuns: 20, seed: SEED });
  expect(stories.slice(20)).toEqual(stories.slice(0, 20));
});
