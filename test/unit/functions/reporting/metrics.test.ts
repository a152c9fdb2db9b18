import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CANARY_PREFIX } from '../../../../functions/core/reserved-keys.ts';
import { SourceObject } from '../../../../functions/core/source-object.ts';
import type { ReportedReceipt } from '../../../../functions/invocation/invocation.ts';
import { EmbeddedMetrics } from '../../../../functions/reporting/metrics.ts';

const UPLOADED_AT = '2026-01-15T09:30:00.000Z';
const OBJECTIVE_SECONDS = 300;
const HOUR_SECONDS = 3600;

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => vi.restoreAllMocks());

/** The values of a metric in all lines with these dimensions. */
function valuesOf(name: string, route?: string): number[] {
  const lines = printed.map((line) => JSON.parse(line)).filter((line) => line.route === route);
  return lines.flatMap((line) => line[name] ?? []);
}

function deliveredAfter(seconds: number, change: Partial<ReportedReceipt> = {}): ReportedReceipt {
  const startedAt = new Date(Date.parse(UPLOADED_AT) + seconds * 1000 - 40).toISOString();
  const source = { sizeBytes: 10, uploadedAt: UPLOADED_AT };
  return { status: 'delivered', route: 'main', source, startedAt, durationMs: 40, ...change } as ReportedReceipt;
}

function counting(...objects: { key?: string; hasEvent?: boolean; receipt: ReportedReceipt }[]): void {
  const metrics = new EmbeddedMetrics({ name: 'upload-relay', objectiveSeconds: OBJECTIVE_SECONDS });
  for (const { key = 'k', hasEvent = true, receipt } of objects) {
    const source = new SourceObject('b', key);
    metrics.count(hasEvent ? { source, hint: { time: UPLOADED_AT } } : { source }, receipt);
  }
  metrics.publish();
}

const failed: ReportedReceipt = { status: 'failed', route: 'main' };

test.each<[string, Parameters<typeof counting>[0], number[], number[]]>([
  ['at once', { receipt: deliveredAfter(1) }, [1000], [1]],
  ['just in time', { receipt: deliveredAfter(OBJECTIVE_SECONDS) }, [300_000], [1]],
  ['too late', { receipt: deliveredAfter(OBJECTIVE_SECONDS + 0.001) }, [300_001], [0]],
  ['a week late, by its event', { receipt: deliveredAfter(168 * HOUR_SECONDS) }, [604_800_000], [0]],
  ['found by a reconciliation', { hasEvent: false, receipt: deliveredAfter(30 * HOUR_SECONDS) }, [108_000_000], [0]],
  ['uploaded before there was a relay', { hasEvent: false, receipt: deliveredAfter(49 * HOUR_SECONDS) }, [], []],
  ['by a clock that is behind', { receipt: deliveredAfter(-1) }, [0], [1]],
  [
    'an event whose time is none',
    { receipt: deliveredAfter(1, { source: { sizeBytes: 1, uploadedAt: 'x' } }) },
    [],
    [],
  ],
  ['an upload that failed', { receipt: failed }, [], [0]],
  ['a key that somebody asks for and is not there', { hasEvent: false, receipt: failed }, [], []],
  ['a key that is taken', { receipt: { status: 'already there', route: 'main' } }, [], []],
])('%s', (_, object, latencies, inTime) => {
  counting(object);
  expect(valuesOf('DeliveryLatency', 'main')).toEqual(latencies);
  expect(valuesOf('DeliveryLatency')).toEqual(latencies);
  expect(valuesOf('DeliveredInTime')).toEqual(inTime);
});

test('the canary counts nowhere', () => {
  counting(
    { key: `${CANARY_PREFIX}main`, receipt: deliveredAfter(1) },
    { key: `${CANARY_PREFIX}main`, receipt: failed },
  );
  expect(printed).toEqual([]);
});

test('every latency is a value of its own, also where a line has no room for all of them', () => {
  counting(...Array.from({ length: 250 }, (_, index) => ({ receipt: deliveredAfter(index) })));
  for (const route of ['main', undefined]) {
    expect(valuesOf('DeliveryLatency', route)).toHaveLength(250);
    expect(new Set(valuesOf('DeliveryLatency', route)).size).toBe(250);
  }
  expect(valuesOf('DeliveredInTime')).toHaveLength(250);
  expect(valuesOf('ObjectsDelivered', 'main').reduce((sum, value) => sum + value)).toBe(250);
  for (const line of printed) expect(JSON.parse(line).DeliveryLatency?.length ?? 0).toBeLessThanOrEqual(100);
});

test('of several ages the oldest is told, each by itself', () => {
  const metrics = new EmbeddedMetrics({ name: 'upload-relay', objectiveSeconds: OBJECTIVE_SECONDS });
  for (const ageMs of [1000, 3000, 2000]) metrics.countAge('oldestRequeued', ageMs);
  metrics.countAge('oldestLarge', 7000);
  metrics.publish();
  metrics.publish();
  expect([valuesOf('OldestRequeued'), valuesOf('OldestLarge')]).toEqual([[3], [7]]);
});
