/** What `npm start` tells at the end. */
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { canonicalUserId } from '../../../../emulator/index.ts';
import type { Delivery } from '../../../../local/start/delivery.ts';
import { formatReport, type Outcome, problemOf } from '../../../../local/start/report.ts';
import { A, aDelivery, B } from '../../../support/deliveries.ts';

const tell = (deliveries: Delivery[], look: { width?: number; all?: boolean } = {}, change: Partial<Outcome> = {}) =>
  formatReport({ deliveries, skipped: [], accounts: [A, B], seconds: 61, ...change }, { all: false, ...look }).split(
    '\n',
  );

test('both owners are shown as accounts', () => {
  expect(tell([aDelivery()])).toContain('a.txt  1 KiB  250  111111111111     222222222222          CRC32 x');
});

test('totals come last', () => {
  expect(tell([aDelivery()]).at(-1)).toBe('1 of 1 delivered and proved, 1 KiB in 1:01.');
});

const failed = (key: string) => {
  const { proof: _, deliveredAt: __, ...rest } = aDelivery({ failure: 'SourceMissing: gone' }, key);
  return rest;
};

test('a long table shows the first and the last, how many are between, and every failure', () => {
  const deliveries = Array.from({ length: 2000 }, (_, index) =>
    index === 700 ? failed('k700') : aDelivery({}, `k${index}`),
  );
  const lines = tell(deliveries);
  const keys = lines.map((line) => /^k\d+/.exec(line)?.[0]).filter((key) => key !== undefined);
  expect(keys).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k1995', 'k1996', 'k1997', 'k1998', 'k1999']);
  expect(lines).toContainEqual(expect.stringMatching(/^… 1,990 more$/));
  expect(lines).toContain('FAILED k700 on route main: SourceMissing: gone');
  expect(lines.at(-1)).toMatch(/^1,999 of 2,000 delivered and proved, .* 1 failed\. --all shows every row\.$/);
  expect(tell(deliveries, { all: true }).filter((line) => /^k\d+ /.test(line))).toHaveLength(2000);
});

test.each([
  ['all is well', {}, undefined],
  ['a proof failed', { proof: { holds: false, text: 'another checksum' } }, 'another checksum'],
  ['it failed', { failure: 'Denied: no' }, 'Denied: no'],
  ['somebody else owns it', { destinationOwner: canonicalUserId(A) }, `it belongs to ${A}, and not to ${B}`],
])('%s', (_, change, problem) => expect(problemOf(aDelivery(change), [A, B])).toBe(problem));

describe('the table on a terminal', () => {
  const deliveries = ['short', `${'日本'.repeat(30)}.txt`, 'k'.repeat(200)].map((key) => aDelivery({}, key));

  test.each([200, 100, 80, 60])('fits %i columns, and tells the ends of a key that does not', (width) => {
    const lines = tell(deliveries, { width });
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    expect(lines.find((line) => line.startsWith('日本'))).toMatch(
      width === 200 ? /^[日本]+\.txt / : /^[日本]+…[日本]*\.txt /,
    );
    expect(lines.find((line) => line.startsWith('short'))).toContain(B);
  });

  test('nothing is cut in a file', () => expect(tell(deliveries).join('\n')).toContain('k'.repeat(200)));
});

test('what was skipped is one line, with the first names of each reason', () => {
  const skipped = ['a', 'b', 'c', 'd', 'e'].map((path) => ({ path, reason: 'a symbolic link' }));
  const line = '6 skipped: a, b, c, 2 more (a symbolic link); p\\u000aq (a FIFO).';
  expect(tell([aDelivery()], {}, { skipped: [...skipped, { path: 'p\nq', reason: 'a FIFO' }] })).toContain(line);
});
