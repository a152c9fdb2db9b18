import { describe, expect, test } from 'vitest';
import { Lateness } from '../../../core/lateness.ts';

const MOST_MS = 1_000;
const THINGS = Array.from({ length: 20 }, (_, index) => `thing ${index}`);

function late(seed = 1) {
  let now = 50_000;
  const lateness = new Lateness(() => now, { seed, mostMs: MOST_MS });
  lateness.begin();
  return {
    lateness,
    pass: (ms: number) => {
      now += ms;
    },
    now: () => now,
  };
}

describe('a change', () => {
  test('is seen by some at once, by some later, and by everybody after the longest time', () => {
    const { lateness, pass } = late();
    const see = (value: string) => THINGS.map((thing) => lateness.seen(thing, () => value));
    expect(new Set(see('before'))).toEqual(new Set(['before']));
    const seenAt = new Map<string, number>();
    for (let ms = 0; ms <= MOST_MS; ms += 100) {
      for (const [index, value] of see('after').entries()) {
        if (value === 'after' && !seenAt.has(THINGS[index]!)) seenAt.set(THINGS[index]!, ms);
      }
      pass(100);
    }
    expect(seenAt.size).toBe(THINGS.length);
    expect(new Set(seenAt.values()).size).toBeGreaterThan(3);
  });

  test('is as late again with the same seed, and otherwise with another', () => {
    const lates = [1, 1, 2].map((seed) => THINGS.map((thing) => late(seed).lateness.lateMs(thing)));
    expect(lates[1]).toEqual(lates[0]);
    expect(lates[2]).not.toEqual(lates[0]);
    expect(Math.max(...lates.flat())).toBeLessThanOrEqual(MOST_MS);
  });
});

describe('something new', () => {
  test('is not there for some who look at once, and is there for everybody after the longest time', () => {
    const { lateness, pass, now } = late();
    pass(1);
    const madeAt = now();
    const see = () =>
      THINGS.filter(
        (thing) =>
          lateness.seen(
            thing,
            () => ({ madeAt }),
            (made) => made.madeAt,
          ) !== undefined,
      ).length;
    expect(see()).toBeLessThan(THINGS.length);
    pass(MOST_MS);
    expect(see()).toBe(THINGS.length);
  });

  test('is no longer new when nobody looked for so long', () => {
    const { lateness, pass, now } = late();
    const madeAt = now() + 1;
    pass(1 + MOST_MS);
    for (const thing of THINGS) {
      expect(
        lateness.seen(
          thing,
          () => thing,
          () => madeAt,
        ),
      ).toBe(thing);
    }
  });

  test('what was there at the beginning is not new', () => {
    const { lateness, now } = late();
    for (const thing of THINGS) {
      expect(
        lateness.seen(
          thing,
          () => thing,
          () => now(),
        ),
      ).toBe(thing);
    }
  });
});

test('who waits until it is consistent sees everything as it is', () => {
  const { lateness } = late();
  for (const thing of THINGS) lateness.seen(thing, () => 'before');
  for (const thing of THINGS) {
    expect(lateness.exactly(() => lateness.seen(thing, () => 'after'))).toBe('after');
  }
  expect(() =>
    lateness.exactly(() => {
      throw new Error('refused');
    }),
  ).toThrow('refused');
  const values = THINGS.map((thing) => lateness.seen(thing, () => 'after'));
  expect(values).toContain('before');
});

test('what is done later is held until then, and dropped at the end', async () => {
  const { lateness } = late();
  let done = 0;
  for (const thing of THINGS)
    lateness.later(thing, () => {
      done += 1;
    });
  expect(lateness.held).toBe(THINGS.length);
  lateness.close();
  expect(lateness.held).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(done).toBe(0);
});

test('without a seed nothing is late', () => {
  const lateness = new Lateness(() => 0, undefined);
  lateness.begin();
  let value = 1;
  expect(
    lateness.seen(
      'it',
      () => value,
      () => 5,
    ),
  ).toBe(1);
  value = 2;
  expect(lateness.seen('it', () => value)).toBe(2);
  let done = false;
  lateness.later('it', () => {
    done = true;
  });
  expect(done).toBe(true);
  expect([lateness.lateMs('it'), lateness.mostMs, lateness.held]).toEqual([0, 0, 0]);
});
