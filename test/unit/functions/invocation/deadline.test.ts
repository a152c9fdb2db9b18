import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RelayError } from '../../../../functions/core/errors.ts';
import { delaySeconds } from '../../../../functions/core/retry-delay.ts';
import { hasTimeFor, orOutOfTime, withDeadline, withTimeFor } from '../../../../functions/invocation/deadline.ts';
import type { Invocation, Relay } from '../../../../functions/invocation/invocation.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const left = (remainingMs: number, grantedMs = 900_000) =>
  ({ remainingMs: () => remainingMs, grantedMs, underWay: new Map() }) as unknown as Invocation;
const begun = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'begun',
    ({ code }: RelayError) => code,
  );

describe('a worker whose network is slow', () => {
  test.each([
    ['one part of 5 GiB', 5 * GIB, true],
    ['two at once, of which none would come through at 10 MB/s', 10 * GIB, false],
    ['sixteen of 64 MiB', GIB, true],
  ])('begins %s: %j bytes: %j', (_, bytes, begins) => {
    expect(hasTimeFor(left(900_000), bytes, undefined)).toBe(begins);
  });
});

describe('nothing is begun that can’t be finished', () => {
  test.each([
    [0, 3_000, true],
    [0, 2_400, false],
    [8 * MIB, 3_000, true],
    [8 * MIB, 2_900, false],
    [5 * GIB, 900_000, true],
    [5 * GIB, 271_000, true],
    [5 * GIB, 270_000, false],
  ])('%i bytes with %i ms left: %s', async (sizeBytes, remainingMs, begins) => {
    const claim = { messageId: 'm', sizeBytes, hasBegun: false };
    const outcome = withTimeFor(left(remainingMs), claim, async () => undefined);
    if (begins) await outcome;
    else await expect(outcome).rejects.toThrow(/^\d+ bytes may take \d+ s and \d+ s are left; it is left to a fresh/);
  });

  test.each([
    ['first', 300_000, false, 'NotBegun'],
    ['begun in this invocation', 300_000, true, 'OutOfTime'],
    ['more than any invocation could move', 100_000, false, 'OutOfTime'],
  ])('what has no time left is no try, unless it had its chance: %s', async (_, grantedMs, hasBegun, code) => {
    const claim = { messageId: 'm', sizeBytes: 5 * GIB, hasBegun };
    expect(await begun(withTimeFor(left(60_000, grantedMs), claim, async () => undefined))).toBe(code);
  });

  test('a batch is judged as a whole: what can’t be finished together isn’t begun together', async () => {
    const invocation = left(900_000);
    const { promise, resolve: finish } = Promise.withResolvers<void>();
    const begin = (messageId: string) =>
      begun(withTimeFor(invocation, { messageId, sizeBytes: 5 * GIB, hasBegun: false }, () => promise));
    const batch = Array.from({ length: 10 }, (_, index) => begin(`m${index}`));
    finish();
    const outcomes = await Promise.all(batch);
    expect(outcomes).toEqual([...Array(3).fill('begun'), ...Array(7).fill('NotBegun')]);
    // They have ended by now, so there is room again.
    expect(await begin('m3')).toBe('begun');
  });

  test('what one asks for who waits is one matter: the routes of a key don’t keep each other from beginning', async () => {
    const invocation = left(900_000);
    const begin = () =>
      begun(withTimeFor(invocation, { messageId: 'm', sizeBytes: 5 * GIB, hasBegun: false }, async () => undefined));
    expect(await Promise.all([begin(), begin(), begin(), begin()])).toEqual(Array(4).fill('begun'));
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

  test('does not come when the work is clear', () => {
    const { invocation, clear } = withDeadline({} as Relay, () => 10_000);
    clear();
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
