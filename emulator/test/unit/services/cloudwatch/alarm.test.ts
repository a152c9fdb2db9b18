import { describe, expect, test } from 'vitest';
import { type Alarm, stateOf } from '../../../../services/cloudwatch/alarm.ts';
import { MetricStore } from '../../../../services/cloudwatch/metric-store.ts';

const PLACE = { account: '111111111111', region: 'us-east-1' };
const METRIC = { ...PLACE, namespace: 'N', name: 'M', dimensions: { route: 'main' } };
const MINUTE_MS = 60_000;

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

  test.each(['ALARM', 'OK', 'INSUFFICIENT_DATA'] as const)('nothing at all, ignored: it stays %s', (before) => {
    const ignoring: Alarm = { ...alarm, treatMissingData: 'ignore' };
    expect(stateOf(ignoring, new MetricStore(), 0, before)).toBe(before);
  });

  test('nothing at all, ignored, from the beginning', () => {
    expect(after([], { treatMissingData: 'ignore' })).toBe('INSUFFICIENT_DATA');
  });
});
