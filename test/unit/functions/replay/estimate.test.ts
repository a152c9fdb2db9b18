import { describe, expect, test } from 'vitest';
import { sumOf } from '../../../../functions/replay/compare.ts';
import { effortOf, planOf } from '../../../../functions/replay/estimate.ts';
import { NOTHING_YET } from '../../../../functions/request/replay-request.ts';

const GIB = 1024 ** 3;
const RELAY = { concurrency: 20, memoryMiB: 384, largeObjectBytes: 5 * GIB, largeSlots: 2, largeWorkers: 16 };

describe('an estimate', () => {
  const planFor = (count: number, sizeBytes: number) => {
    const effort = effortOf(sizeBytes, RELAY);
    const { requests, invocationSeconds, dollars } = effort;
    return planOf(
      sumOf(NOTHING_YET, {
        ...NOTHING_YET,
        ...effort,
        requests: count * requests,
        invocationSeconds: count * invocationSeconds,
        dollars: count * dollars,
        toSend: count,
        bytes: count * sizeBytes,
      }),
      RELAY,
    );
  };

  test('of a million small objects is what docs/cost.md adds up', () => {
    const plan = planFor(1_000_000, 10_000);
    expect(plan).toMatchObject({ objects: 1_000_000, bytes: 1e10, requests: 4_000_000 });
    expect(plan.dollars).toBeCloseTo(8.98, 1);
    expect(plan.seconds).toBeGreaterThan(1_000);
    expect(plan.seconds).toBeLessThan(2_000);
  });

  test('counts parts', () => expect(planFor(1, GIB).requests).toBe(16 + 2 + 16 + 2));

  test('of a large object is relay-large’s plan: it is not over sooner than its workers', () => {
    const plan = planFor(1, 1024 * GIB);
    expect(plan.seconds).toBeGreaterThan(15 * 60);
    expect(plan.dollars).toBeCloseTo(0.13, 1);
  });

  test('of nothing is nothing', () =>
    expect(planOf(NOTHING_YET, RELAY)).toEqual({
      objects: 0,
      bytes: 0,
      requests: 0,
      seconds: 0,
      dollars: 0,
      comparing: { requests: 0, reads: 0, dollars: 0 },
    }));

  test('of comparing a million keys is what docs/cost.md adds up, whether or not any of them is missing', () => {
    const { comparing, dollars } = planOf({ ...NOTHING_YET, listings: 1_000, compared: 1_000_000 }, RELAY);
    expect(comparing).toMatchObject({ requests: 1_000, reads: 1_000_000 });
    expect(comparing.dollars).toBeCloseTo(0.068, 3);
    expect(dollars).toBe(0);
  });
});
