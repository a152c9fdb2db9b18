import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { orOutOfTime, requireTimeFor, withDeadline } from '../../../functions/delivery/deadline.ts';
import { delaySeconds } from '../../../functions/delivery/postpone.ts';
import type { Invocation, Relay } from '../../../functions/delivery/relay.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const left = (remainingMs: number) => ({ remainingMs: () => remainingMs }) as Invocation;

describe('nothing is begun that can’t be finished', () => {
  test.each([
    [0, 3_000, true],
    [0, 2_400, false],
    [8 * MIB, 3_000, true],
    [8 * MIB, 2_900, false],
    [5 * GIB, 900_000, true],
    [5 * GIB, 271_000, true],
    [5 * GIB, 270_000, false],
  ])('%i bytes with %i ms left: %s', (sizeBytes, remainingMs, begins) => {
    const begin = () => requireTimeFor(left(remainingMs), sizeBytes);
    if (begins) begin();
    else expect(begin).toThrow(/^\d+ bytes may take \d+ s and \d+ s are left; it goes back to the queue/);
  });
});

describe('the deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('comes two seconds before Lambda’s', () => {
    const { invocation } = withDeadline({} as Relay, () => 10_000);
    vi.advanceTimersByTime(7_999);
    expect(invocation.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(invocation.signal.reason).toMatchObject({ code: 'OutOfTime', retryable: true });
  });

  test('does not come when the work is done', () => {
    const { invocation, done } = withDeadline({} as Relay, () => 10_000);
    done();
    vi.advanceTimersByTime(20_000);
    expect(invocation.signal.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends the waiting for work that never ends', async () => {
    const { invocation } = withDeadline({} as Relay, () => 10_000);
    const outcome = expect(orOutOfTime(invocation, new Promise(() => undefined))).rejects.toMatchObject({
      code: 'OutOfTime',
    });
    await vi.advanceTimersByTimeAsync(8_000);
    await outcome;
  });
});

describe('how long a message waits for its next try', () => {
  test.each([
    [30, 1, 0, 30],
    [30, 1, 1, 45],
    [30, 2, 0, 120],
    [30, 3, 0, 480],
    [30, 4, 0, 900],
    [30, 4, 1, 1350],
    [1, 1, 0, 1],
  ])('first %i s, received %i times, chance %f: %i s', (first, receives, random, seconds) => {
    expect(delaySeconds(first, receives, random)).toBe(seconds);
  });
});
