import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { largeDollars } from '../../../../functions/replay/estimate.ts';
import {
  DURABLE_QUOTAS,
  type LargePlan,
  MAX_OBJECT_BYTES,
  PART_RECORD_BYTES,
  planLarge,
  runsOf,
  SOURCE_PART_RECORD_BYTES,
  sectionsOf,
  UPLOAD_SECONDS,
} from '../../../../functions/transfer/plan-large.ts';

const GIB = 1024 ** 3;
const TIB = 1024 ** 4;
const DAY_SECONDS = 86_400;
const SPARE = 0.75;
const MEMORY_MIB = 384;

/** The plans that docs/large-objects.md shows. */
const TABLE: [size: string, sizeBytes: number, partMiB: number, parts: number, groups: number][] = [
  ['6 GiB', 6 * GIB, 64, 96, 6],
  ['100 GiB', 100 * GIB, 64, 1_600, 64],
  ['1 TiB', TIB, 105, 9_987, 65],
  ['5 TiB', 5 * TIB, 525, 9_987, 129],
  ['48.8 TiB', MAX_OBJECT_BYTES, 5_120, 10_000, 1_250],
];

describe.each(TABLE)('%s with 16 workers', (_, sizeBytes, partMiB, parts, groups) => {
  const plan = planLarge(sizeBytes, 16);

  test('is shared out as documented', () => {
    expect(plan).toMatchObject({ partSizeBytes: partMiB * 1024 ** 2, parts, groups });
  });

  test('stays within every quota, with a quarter of the operations to spare', () => expectWithinQuotas(sizeBytes, 16));

  test('is over before the destination’s clean-up rule would take its parts away', () => {
    expect(plan.wallSeconds).toBeLessThan(DAY_SECONDS);
  });
});

test('docs/large-objects.md shows these very plans', () => {
  const document = readFileSync(new URL('../../../../docs/large-objects.md', import.meta.url), 'utf8');
  for (const [size, sizeBytes] of TABLE) {
    const plan = planLarge(sizeBytes, 16);
    const { partSizeBytes, parts, groups, operations, sections } = plan;
    const count = (number: number) => number.toLocaleString('en-US');
    const cells = [
      size,
      `${count(partSizeBytes / 1024 ** 2)} MiB`,
      ...[parts, groups, sections === 1 ? 1 : sections + 1, operations].map(count),
      `${(plan.checkpointBytes / 1e6).toFixed(2)} MB`,
      count(Math.ceil(plan.wallSeconds / 60)),
      count(Math.ceil(plan.secondsWhenSlow / 60)),
      largeDollars(sizeBytes, plan, MEMORY_MIB).toFixed(2),
    ];
    expect(document).toContain(`| ${cells.join(' | ')} |`);
  }
});

test.each([
  ['6 GiB', 6 * GIB, 90, 0.002],
  ['1 TiB', TIB, 1_100, 0.2],
  ['5 TiB', 5 * TIB, 5_100, 0.6],
  ['48.8 TiB', MAX_OBJECT_BYTES, 44_000, 5],
])('%s: seconds and dollars are of the right order', (_, sizeBytes, seconds, dollars) => {
  const plan = planLarge(sizeBytes, 16);
  expect(plan.wallSeconds / seconds).toBeGreaterThan(0.75);
  expect(plan.wallSeconds / seconds).toBeLessThan(1.1);
  const planned = largeDollars(sizeBytes, plan, MEMORY_MIB);
  expect(planned / dollars).toBeGreaterThan(0.5);
  expect(planned / dollars).toBeLessThan(1.1);
});

test('whatever the size and the workers, the plan stays within every quota and covers each part once', () => {
  const sizes = fc.integer({ min: 5 * GIB + 1, max: MAX_OBJECT_BYTES });
  const workers = fc.integer({ min: 1, max: 1_000 });
  fc.assert(
    fc.property(sizes, workers, (sizeBytes, count) => {
      expectWithinQuotas(sizeBytes, count);
      const plan = planLarge(sizeBytes, count);
      let next = 1;
      for (const { first, last } of groupsOf(plan)) {
        expect(first).toBe(next);
        expect(last).toBeGreaterThanOrEqual(first);
        next = last + 1;
      }
      expect(next).toBe(plan.parts + 1);
    }),
  );
});

test('parts of the source are shared out as they are, whatever their number, within every quota', () => {
  const sizes = fc.integer({ min: 5 * GIB + 1, max: MAX_OBJECT_BYTES });
  const counts = fc.integer({ min: 1, max: 10_000 });
  const workers = fc.integer({ min: 1, max: 1_000 });
  fc.assert(
    fc.property(sizes, counts, workers, (sizeBytes, count, workersAtOnce) => {
      // As S3 has it: no part above 5 GiB, none but the last below 5 MiB.
      const sourceParts = Math.min(Math.max(count, Math.ceil(sizeBytes / (5 * GIB))), sizeBytes / (5 * 1024 ** 2));
      const plan = planLarge(sizeBytes, workersAtOnce, { sourceParts: Math.floor(sourceParts) });
      expect(plan.parts).toBe(Math.floor(sourceParts));
      expect(plan.operations).toBeLessThanOrEqual(DURABLE_QUOTAS.operations * SPARE);
      expect(plan.checkpointBytes).toBeLessThanOrEqual(DURABLE_QUOTAS.writtenBytes * SPARE);
      expect(plan.partsPerGroup * SOURCE_PART_RECORD_BYTES).toBeLessThanOrEqual(DURABLE_QUOTAS.resultBytes * SPARE);
      expect(groupsOf(plan).at(-1)!.last).toBe(plan.parts);
    }),
  );
});

describe('at 10 MB/s a worker', () => {
  test.each(TABLE)(
    '%s is there in time with 16 workers, with half of each execution’s operations to spare',
    (_, size) => {
      const plan = planLarge(size, 16);
      expect(plan.secondsWhenSlow).toBeLessThan(UPLOAD_SECONDS);
      expect(plan.operationsWhenSlow).toBeLessThan(DURABLE_QUOTAS.operations / 2);
    },
  );

  test('whatever the size, the workers and the source’s parts, no execution runs out of operations', () => {
    const sizes = fc.integer({ min: 5 * GIB + 1, max: MAX_OBJECT_BYTES });
    const workers = fc.integer({ min: 1, max: 1_000 });
    const counts = fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined });
    fc.assert(
      fc.property(sizes, workers, counts, (sizeBytes, workersAtOnce, count) => {
        const sourceParts = count && Math.max(count, Math.ceil(sizeBytes / (5 * GIB)));
        const plan = planLarge(sizeBytes, workersAtOnce, { sourceParts });
        expect(plan.operationsWhenSlow).toBeLessThan(DURABLE_QUOTAS.operations / 2);
        const sections = sectionsOf(plan);
        expect(sections).toHaveLength(plan.sections);
        expect(sections.flatMap((section) => runsOf(section, plan.partsPerGroup))).toEqual(groupsOf(plan));
        // A section's answer is one result.
        const recordBytes = sourceParts ? SOURCE_PART_RECORD_BYTES : PART_RECORD_BYTES;
        if (plan.sections > 1)
          expect(plan.partsPerSection * recordBytes).toBeLessThanOrEqual(DURABLE_QUOTAS.resultBytes * SPARE);
      }),
    );
  });
});

test('more workers never take longer', () => {
  const seconds = [1, 2, 4, 8, 16, 32, 64].map((workers) => planLarge(5 * TIB, workers).wallSeconds);
  expect(seconds).toEqual(seconds.toSorted((a, b) => b - a));
});

const groupsOf = (plan: LargePlan) => runsOf({ first: 1, last: plan.parts }, plan.partsPerGroup);

function expectWithinQuotas(sizeBytes: number, workers: number): void {
  const plan = planLarge(sizeBytes, workers);
  expect(plan.operations).toBeLessThanOrEqual(DURABLE_QUOTAS.operations * SPARE);
  expect(plan.checkpointBytes).toBeLessThanOrEqual(DURABLE_QUOTAS.writtenBytes * SPARE);
  expect(plan.partsPerGroup * PART_RECORD_BYTES).toBeLessThanOrEqual(DURABLE_QUOTAS.resultBytes * SPARE);
  expect(plan.parts).toBeLessThanOrEqual(10_000);
  expect(plan.partSizeBytes).toBeLessThanOrEqual(5 * GIB);
  expect(plan.partSizeBytes * plan.parts).toBeGreaterThanOrEqual(sizeBytes);
}
