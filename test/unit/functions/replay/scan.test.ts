import { expect, test } from 'vitest';
import { sumOf } from '../../../../functions/replay/compare.ts';
import { pauseSeconds } from '../../../../functions/replay/scan.ts';
import { NOTHING_YET, parseReplayEvent, type ReplayRequest } from '../../../../functions/request/replay-request.ts';

test('totals add up, and the longest time is that of the longer stretch', () => {
  const one = { ...NOTHING_YET, scanned: 3, bytes: 10, longestSeconds: 7, dollars: 0.5 };
  const other = { ...NOTHING_YET, scanned: 4, archived: 1, longestSeconds: 5, dollars: 0.25 };
  const sum = { ...NOTHING_YET, scanned: 7, archived: 1, bytes: 10, longestSeconds: 7, dollars: 0.75 };
  expect(sumOf(one, other)).toEqual(sum);
  expect(sumOf(other, one)).toEqual(sum);
});

test.each([
  [{}, 100, 0, 0],
  [{ objectsPerSecond: 10 }, 100, 0, 10],
  [{ objectsPerSecond: 10 }, 100, 3_500, 7],
  [{ objectsPerSecond: 10 }, 100, 60_000, 0],
  [{ objectsPerSecond: 10, dryRun: true }, 100, 0, 0],
])('%j: after %i objects in %i ms, the next step waits %i s', (event, toSend, durationMs, seconds) => {
  const scanned = { totals: { ...NOTHING_YET, toSend }, isLast: false, durationMs };
  expect(pauseSeconds(parseReplayEvent(event) as ReplayRequest, scanned)).toBe(seconds);
});
