/** The proof by exploration can fail: each of these ways to break the relay gives a counter-example. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { run } from './explore.ts';
import type { Sabotage } from './sabotages.ts';
import * as sabotages from './sabotages.ts';
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
  versioning: 'versioned',
  keys: ['k'],
  writers: 2,
  uploadsPerWriter: 2,
  hasChecksum: true,
  ends: ['crash'],
  hasExecutions: true,
};

/** Writes that land late. */
const LATE: Bounds = { ...RACE, uploadsPerWriter: 2, writes: ['late', 'repeated'] };
const DELETED: Bounds = { ...RACE, uploadsPerWriter: 3, deletes: true };
const OLDER_STAYS = /"k" was deleted; its upload \d was delivered, and now upload \d is there/;

const CASES: [what: string, sabotage: Sabotage, bounds: Bounds, consequence: RegExp][] = [
  ['no look at the source after the write', sabotages.withoutSettle, RACE, STALE],
  [
    'reads that are not pinned',
    sabotages.withoutPin,
    { ...RACE, uploadsPerWriter: 2, sizes: ['large'], hasChecksum: false },
    SPLICE,
  ],
  ['acknowledging before the work is done', sabotages.acknowledgingFirst, { ...RACE, ends: ['crash'] }, STALE],
  [
    'skipping a write because the ledger shows the newest',
    sabotages.skippingWhatTheLedgerShows,
    { ...RACE, ends: ['crash'] },
    STALE,
  ],
  [
    'acknowledging what waits without sending it anew',
    sabotages.losingWhatIsSentAnew,
    { ...RACE, awaitsRole: true },
    /was acknowledged, but "k" has no receipt/,
  ],
  ['naming an execution by the version', sabotages.namingByVersion, MIXED, STALE],
  [
    'requests that go on after their invocation ran out of time',
    sabotages.withoutStoppingRequests,
    { ...RACE, ends: ['timeout'] },
    STALE,
  ],
  [
    'forgetting that a message was handed out before',
    sabotages.forgettingRedeliveries,
    { ...LATE, ends: ['crash'] },
    STALE,
  ],
  [
    'a queue that hides messages for less than the function’s timeout',
    sabotages.hidingTooBriefly,
    { ...RACE, ends: ['crash'], heldUp: true },
    STALE,
  ],
  [
    'not holding a message that was long under way',
    sabotages.withoutHolding,
    { ...RACE, versioning: 'versioned', hasChecksum: true, ends: ['crash'], heldUp: true },
    STALE,
  ],
  ['delivering once more before a late write has had its time', sabotages.repeatingAtOnce, LATE, STALE],
  [
    'no more time for a completion than for a PutObject',
    sabotages.trustingCompletions,
    { ...LATE, sizes: ['large'], hasChecksum: true },
    STALE,
  ],
  [
    'taking what the SDK repeated for a single try',
    sabotages.forgettingRepetitions,
    { ...LATE, writes: ['repeated'] },
    STALE,
  ],
  [
    'not telling what is sent anew that something may have been written',
    sabotages.forgettingUncertainty,
    { ...DELETED, versioning: 'versioned', writes: ['late'], ends: ['crash'] },
    OLDER_STAYS,
  ],
  [
    'a failure that takes the place of a delivery',
    sabotages.recordingEveryFailure,
    DELETED,
    /was replaced by the failure/,
  ],
  [
    'forgetting the delivery whose place a failure takes',
    sabotages.forgettingWhatFailuresReplace,
    { ...DELETED, versioning: 'unversioned', writers: 3, uploadsPerWriter: 2, ends: ['crash', 'timeout'] },
    OLDER_STAYS,
  ],
  [
    'not telling by a dead letter that something may have been written',
    sabotages.forgettingWhatDeadLettersWrote,
    { ...DELETED, maxReceives: 1, ends: ['crash'] },
    OLDER_STAYS,
  ],
  [
    'not remembering that account B was told',
    sabotages.forgettingThatItWasTold,
    { ...DELETED, ledgerFails: true, maxReceives: 2, redrives: true, ends: ['crash'] },
    OLDER_STAYS,
  ],
  ['not asking what the ledger holds', sabotages.withoutOldItems, DELETED, OLDER_STAYS],
  [
    'a receipt that takes the place of any other',
    sabotages.recordingWithoutCondition,
    { ...DELETED, versioning: 'versioned', ends: ['crash'] },
    OLDER_STAYS,
  ],
  [
    'not telling account B of what can’t be put back',
    sabotages.withoutDeadLetters,
    { ...DELETED, versioning: 'unversioned' },
    OLDER_STAYS,
  ],
  [
    'setting a whole message aside for one record',
    sabotages.settingAsideWhole,
    { ...RACE, isBundled: true },
    /an object that was never there has no dead letter|nothing was wrong with it/,
  ],
  [
    'not looking at metadata',
    sabotages.withoutMetadata,
    { ...RACE, versioning: 'unversioned', sameBytes: true },
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
    // The first counter-example will do. A shorter one would take as long again.
    const parameters = { numRuns: MAX_RUNS, seed: SEED, endOnFailure: true };
    const { failed, numRuns, errorInstance } = await fc.check(property, parameters);
    expect(failed).toBe(true);
    console.info(`${what}: found in schedule ${numRuns}\n${(errorInstance as Error).message}\n`);
  },
  TIMEOUT_MS,
);
