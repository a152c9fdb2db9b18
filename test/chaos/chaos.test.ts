import { expect, inject, test } from 'vitest';
import { UserError } from '../../cli/terminal/user-error.ts';
import { Random, readAssembly } from '../../emulator/index.ts';
import { IS_SWEEP } from '../support/sweep.ts';
import { parseOptions } from './options.ts';
import { detailsOf, summaryOf } from './report.ts';
import { runChaos } from './run.ts';
import { SOURCE_KINDS } from './source-kinds.ts';
import { isUpload, planSteps } from './uploads.ts';

const OBJECTS = 60;
/** Half a minute each on a machine that does nothing else. */
const PATIENCE_MS = 600_000;
const TIMEOUT_SECONDS = 6;

/** The seed decides whether the source has versions; these two draw many faults of each kind. */
const SOURCES: [what: string, seed: number][] = [
  ['with versions', 8],
  ...(IS_SWEEP ? [['without versions', 13] satisfies [string, number]] : []),
];

test.each(SOURCES)(
  'with everything going wrong, a source %s is delivered as it is in the end, proved, and as it was where it was deleted',
  { timeout: PATIENCE_MS },
  async (_, seed) => {
    const stacks = readAssembly(inject('assembly'));
    const result = await runChaos({ seed, objects: OBJECTS, stacks, timeoutSeconds: TIMEOUT_SECONDS });
    expect(detailsOf(result)).toBe('');
    expect(result.faults.length).toBeGreaterThan(OBJECTS / 3);
    expect(new Set(result.faults.map(({ rule }) => rule)).size).toBeGreaterThan(10);
    expect(result.faults.filter(({ kind }) => kind === 'late-landing').length).toBeGreaterThan(2);
    expect(result.largeExecutions).toBeGreaterThan(2);
    expect(summaryOf(result)).toBe(
      `seed ${seed}: ${OBJECTS} objects, ${result.faults.length} faults injected, 0 lost, 0 stale, 0 corrupt, 0 spliced, 0 without receipt, 0 without the proof demanded, 0 left in the dead-letter queue`,
    );
  },
);

test.each([8, 13])('what is planned has objects of every age, overwrites and deletes (seed %i)', (seed) => {
  const steps = planSteps(new Random(seed, 'uploads'), OBJECTS);
  const uploads = steps.filter(isUpload);
  expect(new Set(uploads.map(({ kind }) => kind))).toEqual(new Set(SOURCE_KINDS));
  expect(steps.length - uploads.length).toBeGreaterThan(1);
});

test.runIf(IS_SWEEP)(
  'writes that land later than the relay is told leave older objects behind, and that is found, by one of four seeds (npm run sweeps)',
  { timeout: PATIENCE_MS },
  async () => {
    // Far behind the last delivery of its key. A completion does no harm, however late: it is repeated in its own upload.
    const landsWithinMs = { PutObject: 30_000, CompleteMultipartUpload: 8_000 };
    const common = { objects: 40, timeoutSeconds: TIMEOUT_SECONDS, intensity: 2, landsWithinMs };
    let stale: string[] = [];
    for (const seed of [12, 3, 8, 2]) {
      // Which write meets which is a matter of milliseconds.
      if (stale.length === 0)
        ({ stale } = await runChaos({ ...common, seed, stacks: readAssembly(inject('assembly')) }));
    }
    expect(stale).not.toEqual([]);
  },
);

test('the command line has defaults', () => {
  const defaults = { seed: 1, objects: 1000, timeoutSeconds: 6, intensity: 1 };
  expect(parseOptions([])).toEqual(defaults);
  const args = ['--seed', '7', '--objects', '5000', '--timeout', '10', '--intensity', '0.5'];
  expect(parseOptions(args)).toEqual({ seed: 7, objects: 5000, timeoutSeconds: 10, intensity: 0.5 });
});

test.each([
  [['--objects', '0'], '--objects is "0": it must be a whole number from 1 to 99999.'],
  [['--seed', '1.5'], '--seed is "1.5"'],
  [['--seed', '-1'], '--seed is "-1": it must be a whole number from 0.'],
  [['--seed'], "Option '--seed <value>' argument missing. Try: npm run chaos -- --help"],
  [['--intensity', '11'], '--intensity is "11": it must be a number from 0 to 10.'],
  [['--timeout', 'x'], '--timeout is "x"'],
  [['--loud'], "Unknown option '--loud'. Try: npm run chaos -- --help"],
])('a mistake on the command line is named: %j', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UserError);
  expect(() => parseOptions(args)).toThrow(message);
});
