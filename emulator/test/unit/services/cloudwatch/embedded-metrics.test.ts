import { describe, expect, test } from 'vitest';
import { embeddedMetrics } from '../../../../services/cloudwatch/embedded-metrics.ts';

const PLACE = { account: '111111111111', region: 'us-east-1' };
const METRIC = { ...PLACE, namespace: 'N', name: 'M', dimensions: { route: 'main' } };
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
