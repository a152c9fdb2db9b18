import { expect, inject, test } from 'vitest';
import { readAssembly } from '../../local/assembly.ts';
import { UserError } from '../../local/start/user-error.ts';
import { parseOptions } from './options.ts';
import { detailsOf, summaryOf } from './report.ts';
import { runChaos } from './run.ts';

const OBJECTS = 80;
/** Ten seconds or so on a machine that does nothing else. */
const PATIENCE_MS = 180_000;

test.each([
  ['without versions', 1],
  ['with versions', 2],
])(
  'with everything going wrong, a source %s is delivered as it is in the end',
  {
    timeout: PATIENCE_MS,
  },
  async (_, seed) => {
    const stacks = readAssembly(inject('assembly'));
    const result = await runChaos({ seed, objects: OBJECTS, stacks, timeoutSeconds: 5 });
    expect(detailsOf(result)).toBe('');
    expect(result.faults.length).toBeGreaterThan(OBJECTS / 3);
    expect(new Set(result.faults.map(({ rule }) => rule)).size).toBeGreaterThan(10);
    expect(result.largeExecutions).toBeGreaterThan(2);
    expect(summaryOf(result)).toBe(
      `seed ${seed}: ${OBJECTS} objects, ${result.faults.length} faults injected, 0 lost, 0 stale, 0 corrupt, 0 spliced, 0 without receipt, 0 left in the dead-letter queue`,
    );
  },
);

test('the command line has defaults', () => {
  const defaults = { seed: 1, objects: 1000, timeoutSeconds: 6, intensity: 1, help: false };
  expect(parseOptions([])).toEqual(defaults);
  const args = ['--seed', '7', '--objects', '5000', '--timeout', '10', '--intensity', '0.5'];
  expect(parseOptions(args)).toEqual({ seed: 7, objects: 5000, timeoutSeconds: 10, intensity: 0.5, help: false });
});

test.each([
  [['--objects', '0'], '--objects is "0": it must be a whole number from 1 to 99999.'],
  [['--seed', '1.5'], '--seed is "1.5"'],
  [['--intensity', '11'], '--intensity is "11": it must be a number from 0 to 10.'],
  [['--timeout', 'x'], '--timeout is "x"'],
  [['--loud'], "Unknown option '--loud'. Try: npm run chaos -- --help"],
])('a mistake on the command line is named: %j', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UserError);
  expect(() => parseOptions(args)).toThrow(message);
});
