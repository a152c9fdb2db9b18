import { expect, test } from 'vitest';
import { Lanes } from '../../../../functions/transfer/adaptive-concurrency.ts';

const PART_BYTES = 64 * 1024 ** 2;
const MB_PER_S = 1000;

/** How many lanes there are after each of 20 parts, where a lane's rate depends on how many there are. */
function after20(rateOfLane: (lanes: number) => number): number {
  const lanes = new Lanes();
  for (let part = 0; part < 20; part++) lanes.arrived(PART_BYTES, PART_BYTES / rateOfLane(lanes.count));
  return lanes.count;
}

test.each<[what: string, rateOfLane: (lanes: number) => number, expected: number]>([
  ['two fill the network of a function', () => 40 * MB_PER_S, 2],
  ['each brings 20 MB/s: four fill it', () => 20 * MB_PER_S, 4],
  ['each is slow: no more than eight', () => 1 * MB_PER_S, 8],
  ['all share 30 MB/s, say of a small function: a third does not help', (lanes) => (30 / lanes) * MB_PER_S, 3],
])('%s', (_, rateOfLane, expected) => {
  expect(after20(rateOfLane)).toBe(expected);
});

test('a part that took no time counts as fast', () => {
  const lanes = new Lanes();
  lanes.arrived(PART_BYTES, 0);
  expect(lanes.count).toBe(2);
});
