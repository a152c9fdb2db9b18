/** What is typed after `replay` and `audit`, as the event that replay takes; or the sentence about the option. */
import { expect, test } from 'vitest';
import { auditEvent, replayEvent } from '../../../cli/replay-options.ts';
import { UserError } from '../../../cli/terminal/user-error.ts';

test.each<[object, object]>([
  [{}, {}],
  [
    { 'dry-run': true, prefix: 'a/', only: 'all' },
    { prefix: 'a/', only: 'all', dryRun: true },
  ],
  [
    { since: '2026-01-15', until: '2026-01-16T00:00:00Z' },
    { since: '2026-01-15', until: '2026-01-16T00:00:00Z' },
  ],
  [
    { 'objects-per-second': '0.5', route: 'main', reconcile: true },
    { objectsPerSecond: 0.5, route: 'main', reconcile: true },
  ],
])('%j is %j', (options, event) => expect(replayEvent(options as never)).toEqual(event));

test('an audit has its options within', () => {
  expect(auditEvent({ prefix: 'a/', 'defuse-formulas': true })).toEqual({
    audit: { prefix: 'a/', defuseFormulas: true },
  });
});

const TIME = 'it must be a day or a time of ISO 8601 with its zone, such as "2026-01-15T09:30:00Z".';

test.each<[typeof replayEvent, object, string]>([
  [replayEvent, { since: 'yesterday' }, `--since is "yesterday": ${TIME}`],
  [
    replayEvent,
    { since: '2026-02-01', until: '2026-01-01' },
    '--until is "2026-01-01": it must be later than "since".',
  ],
  [replayEvent, { only: 'some' }, '--only is "some": it must be "missing" or "all".'],
  [replayEvent, { only: 'all', reconcile: true }, '--only is "all": a reconciliation is about what is missing.'],
  [replayEvent, { prefix: 'k'.repeat(1025) }, 'it must have 1024 bytes at most, as keys have.'],
  [replayEvent, { 'objects-per-second': 'fast' }, '--objects-per-second is "fast": it must be a number from 0.01.'],
  [auditEvent, { until: 'now' }, `--until is "now": ${TIME}`],
  [auditEvent, { since: '2026-02-01', until: '2026-01-01' }, '--until is "2026-01-01": it must be later than "since".'],
])('%o %j', (eventOf, options, sentence) => {
  expect(() => eventOf(options as never)).toThrow(UserError);
  expect(() => eventOf(options as never)).toThrow(sentence);
});
