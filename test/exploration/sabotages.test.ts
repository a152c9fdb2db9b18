/** The proof by exploration can fail: each of these ways to break the relay gives a counter-example. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { run } from './explore.ts';
import {
  acknowledgingFirst,
  losingWhatIsSentAnew,
  namingByVersion,
  type Sabotage,
  skippingWhatTheLedgerShows,
  withoutPin,
  withoutSettle,
  withoutStoppingRequests,
} from './sabotages.ts';
import { type Bounds, scenarios } from './scenario.ts';

const MAX_RUNS = 20_000;
const SEED = 20_260_115;
const TIMEOUT_MS = 120_000;

const RACE: Bounds = { keys: ['k'], writers: 2, uploadsPerWriter: 1, sizes: ['small'] };
/** Two different letters. */
const SPLICE = /"k" showed "(.)\1*(?!\1|").+", which nobody uploaded/;
const STALE = /the destination of "k" holds .+, the source's newest is/;

/** Small and large versions of one object. */
const MIXED: Bounds = {
  isVersioned: true,
  keys: ['k'],
  writers: 2,
  uploadsPerWriter: 2,
  hasChecksum: true,
  ends: ['crash'],
  hasExecutions: true,
};

const CASES: [what: string, sabotage: Sabotage, bounds: Bounds, consequence: RegExp][] = [
  ['no look at the source after the write', withoutSettle, RACE, STALE],
  ['reads that are not pinned', withoutPin, { ...RACE, sizes: ['large'], hasChecksum: false }, SPLICE],
  ['acknowledging before the work is done', acknowledgingFirst, { ...RACE, ends: ['crash'] }, STALE],
  [
    'skipping a write because the ledger shows the newest',
    skippingWhatTheLedgerShows,
    { ...RACE, ends: ['crash'] },
    STALE,
  ],
  [
    'acknowledging what waits without sending it anew',
    losingWhatIsSentAnew,
    { ...RACE, awaitsRole: true },
    /was acknowledged, but "k" has no receipt/,
  ],
  ['naming an execution by the version', namingByVersion, MIXED, STALE],
  [
    'requests that go on after their invocation ran out of time',
    withoutStoppingRequests,
    { ...RACE, ends: ['timeout'] },
    STALE,
  ],
];

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterAll(() => {
  vi.useRealTimers();
});

test.each(CASES)(
  'seen by the exploration: %s',
  async (what, sabotage, bounds, consequence) => {
    const property = fc.asyncProperty(scenarios(bounds), fc.scheduler(), async (scenario, scheduler) => {
      await run(scenario, scheduler, sabotage).catch((error: Error) => {
        if (consequence.test(error.message)) throw error;
      });
    });
    const { failed, numRuns, errorInstance } = await fc.check(property, { numRuns: MAX_RUNS, seed: SEED });
    expect(failed).toBe(true);
    console.info(`${what}: found in schedule ${numRuns}\n${(errorInstance as Error).message}\n`);
  },
  TIMEOUT_MS,
);
