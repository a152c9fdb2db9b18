import { describe, expect, test } from 'vitest';
import { type Alarm, stateOf } from '../../../../services/cloudwatch/alarm.ts';
import { embeddedMetrics } from '../../../../services/cloudwatch/embedded-metrics.ts';
import { MetricStore } from '../../../../services/cloudwatch/metric-store.ts';
import { ScheduledRules } from '../../../../services/eventbridge/state/scheduled-rules.ts';

const PLACE = { account: '111111111111', region: 'us-east-1' };
const METRIC = { ...PLACE, namespace: 'N', name: 'M', dimensions: { route: 'main' } };
const MINUTE_MS = 60_000;

function line(document: unknown) {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return { group: { ...PLACE, name: 'g' }, stream: 's', text };
}

function document(change: Record<string, unknown> = {}, metrics: unknown[] = [{ Name: 'M', Unit: 'Count' }]) {
  const directive = { Namespace: 'N', Dimensions: [['route'], []], Metrics: metrics };
  return { _aws: { Timestamp: 5, CloudWatchMetrics: [directive] }, route: 'main', M: 3, ...change };
}

describe('metrics are read out of log lines', () => {
  test('one for each set of dimensions, with one value or several', () => {
    const datum = { ...METRIC, unit: 'Count', time: 5 };
    expect(embeddedMetrics(line(document({ M: [1, 2] })))).toEqual([
      { ...datum, values: [1, 2] },
      { ...datum, values: [1, 2], dimensions: {} },
    ]);
    expect(embeddedMetrics(line(document()))[0]!.values).toEqual([3]);
  });

  test.each([['a word'], ['{"message":"hello"}'], ['{"_aws": broken'], ['["_aws"]'], ['{"message":"\\"_aws\\""}']])(
    'a line that is not one of them is let be: %s',
    (text) => expect(embeddedMetrics(line(text))).toEqual([]),
  );

  test.each<[string, unknown, string]>([
    ['a metric without its value', document({ M: undefined }), 'Metric M has no value'],
    ['a value that is text', document({ M: '3' }), 'Metric M has no value'],
    ['a dimension without its text', document({ route: undefined }), 'Dimension route has no text'],
    ['a unit that CloudWatch has not', document({}, [{ Name: 'M', Unit: 'Objects' }]), 'Unit'],
    ['no time', { ...document(), _aws: { CloudWatchMetrics: [] } }, 'Timestamp'],
    ['more than a hundred values', document({ M: Array(101).fill(1) }), 'Metric M has no value'],
  ])('%s is an error rather than a metric that is missed', (_, written, message) => {
    expect(() => embeddedMetrics(line(written))).toThrow(message);
  });
});

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

describe('an alarm', () => {
  const alarm: Alarm = {
    name: 'a',
    description: '',
    metric: METRIC,
    statistic: 'Sum',
    periodSeconds: 60,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    comparison: 'GreaterThanOrEqualToThreshold',
    threshold: 1,
    treatMissingData: 'notBreaching',
    actions: [],
  };
  /** Values of the last minutes, newest first; undefined where there was none. */
  const after = (values: (number | undefined)[], change: Partial<Alarm> = {}) => {
    const metrics = new MetricStore();
    values.forEach((value, back) => {
      if (value === undefined) return;
      metrics.put({ ...METRIC, unit: 'Count', time: 100 * MINUTE_MS - back * MINUTE_MS, values: [value] });
    });
    return stateOf({ ...alarm, ...change }, metrics, 100 * MINUTE_MS);
  };

  test.each<[string, (number | undefined)[], Partial<Alarm>, string]>([
    ['two of three periods', [1, 0, 1], {}, 'ALARM'],
    ['one of three', [1, 0, 0], {}, 'OK'],
    ['what lies further back does not count', [0, 0, 0, 1, 1], {}, 'OK'],
    ['missing is not breaching', [1, undefined, undefined], {}, 'OK'],
    ['missing is breaching', [undefined, undefined, 0], { treatMissingData: 'breaching' }, 'ALARM'],
    ['nothing at all, breaching', [], { treatMissingData: 'breaching' }, 'ALARM'],
    ['nothing at all', [], { treatMissingData: 'missing' }, 'INSUFFICIENT_DATA'],
    ['below a threshold', [0, 0, 5], { comparison: 'LessThanThreshold' }, 'ALARM'],
    ['above is not at', [1, 1, 1], { comparison: 'GreaterThanThreshold' }, 'OK'],
  ])('%s', (_, values, change, state) => expect(after(values, change)).toBe(state));
});

describe('a schedule', () => {
  const schedules = new ScheduledRules({ clock: () => 0, invoke: async () => undefined });
  const rule = { ...PLACE, name: 'r', enabled: true, targets: [] };

  test.each(['rate(1 day)', 'rate(12 hours)', 'cron(0 6 * * ? *)'])('may be %s', (expression) => {
    expect(schedules.put({ ...rule, expression }).arn).toBe('arn:aws:events:us-east-1:111111111111:rule/r');
  });

  test.each(['rate(1 days)', 'rate(2 day)', 'cron(0 6 * *)', 'daily'])('may not be %s', (expression) => {
    expect(() => schedules.put({ ...rule, expression })).toThrow('ScheduleExpression is not valid');
  });

  test('fires only if there is one and it is enabled', () => {
    const { arn } = schedules.put({ ...rule, enabled: false, expression: 'rate(1 day)' });
    expect(() => schedules.fire(arn)).toThrow('There is no schedule');
    expect(() => schedules.fire('arn:aws:events:us-east-1:111111111111:rule/none')).toThrow('There is no schedule');
  });
});
