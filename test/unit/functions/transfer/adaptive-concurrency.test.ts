import { expect, test } from 'vitest';
import { AdaptiveConcurrency } from '../../../../functions/transfer/adaptive-concurrency.ts';

const PART_BYTES = 64 * 1024 ** 2;
const MB_PER_S = 1000;

/** How many parts may be under way after 20 parts, where the rate of each depends on how many are. */
function after20(rateOfEach: (atOnce: number) => number): number {
  const concurrency = new AdaptiveConcurrency();
  for (let part = 0; part < 20; part++) concurrency.sent(PART_BYTES, PART_BYTES / rateOfEach(concurrency.limit));
  return concurrency.limit;
}

test.each<[what: string, rateOfEach: (atOnce: number) => number, expected: number]>([
  ['two fill the network of a function', () => 40 * MB_PER_S, 2],
  ['each brings 20 MB/s: four fill it', () => 20 * MB_PER_S, 4],
  ['each is slow: no more than eight', () => 1 * MB_PER_S, 8],
  ['all share 30 MB/s, say of a small function: a third does not help', (atOnce) => (30 / atOnce) * MB_PER_S, 3],
])('%s', (_, rateOfEach, expected) => {
  expect(after20(rateOfEach)).toBe(expected);
});

test('a part that took no time counts as fast', () => {
  const concurrency = new AdaptiveConcurrency();
  concurrency.sent(PART_BYTES, 0);
  expect(concurrency.limit).toBe(2);
});
