import { describe, expect, test } from 'vitest';
import { MetricStore } from '../../../../services/cloudwatch/metric-store.ts';

const PLACE = { account: '111111111111', region: 'us-east-1' };
const METRIC = { ...PLACE, namespace: 'N', name: 'M', dimensions: { route: 'main' } };

describe('statistics', () => {
  const metrics = new MetricStore();
  metrics.put({ ...METRIC, unit: 'Count', time: 10, values: [1, 2, 3, 4] });
  metrics.put({ ...METRIC, unit: 'Count', time: 20, values: [100] });

  test.each([
    ['Sum', 10],
    ['Average', 2.5],
    ['Minimum', 1],
    ['Maximum', 4],
    ['SampleCount', 4],
    ['p50', 2],
    ['p99', 4],
  ])('%s', (statistic, expected) => {
    expect(metrics.statistic(METRIC, statistic, { from: 10, to: 20 })).toBe(expected);
  });

  test('no sample is not zero', () => {
    expect(metrics.statistic(METRIC, 'Sum', { from: 11, to: 20 })).toBeUndefined();
    expect(metrics.statistic({ ...METRIC, dimensions: {} }, 'Sum', { from: 0, to: 99 })).toBeUndefined();
  });

  test('the order of dimensions does not matter', () => {
    const both = { ...METRIC, dimensions: { a: '1', b: '2' } };
    metrics.put({ ...both, unit: 'Count', time: 1, values: [7] });
    expect(metrics.statistic({ ...both, dimensions: { b: '2', a: '1' } }, 'Sum', { from: 0, to: 9 })).toBe(7);
  });

  test('an unknown statistic, and another unit, are refused', () => {
    expect(() => metrics.statistic(METRIC, 'median', { from: 0, to: 99 })).toThrow('The statistic median is not known');
    expect(() => metrics.put({ ...METRIC, unit: 'Bytes', time: 1, values: [1] })).toThrow('has the unit Count');
  });
});
