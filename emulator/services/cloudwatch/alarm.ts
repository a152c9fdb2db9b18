/** An alarm, and the state that its metric puts it in. */
import type { MetricId, MetricStore, Statistic } from './metric-store.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface Alarm {
  name: string;
  description: string;
  metric: MetricId;
  statistic: Statistic;
  periodSeconds: number;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  comparison: keyof typeof COMPARISONS;
  threshold: number;
  treatMissingData: 'missing' | 'breaching' | 'notBreaching' | 'ignore';
  /** ARNs of topics. */
  actions: string[];
}

export const COMPARISONS = {
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};

/**
 * The state an alarm has at a moment, of its last periods, the current one included.
 * @param before its state so far, which stays where there is nothing new and missing data is to be ignored
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function stateOf(
  alarm: Alarm,
  metrics: MetricStore,
  now: number,
  before: AlarmState = 'INSUFFICIENT_DATA',
): AlarmState {
  const { metric, statistic, evaluationPeriods, datapointsToAlarm, comparison, threshold, treatMissingData } = alarm;
  const periodMs = alarm.periodSeconds * 1000;
  const end = now + 1;
  let breaching = 0;
  let known = 0;
  for (let back = 0; back < evaluationPeriods; back++) {
    const period = { from: end - (back + 1) * periodMs, to: end - back * periodMs };
    const value = metrics.statistic(metric, statistic, period);
    if (value !== undefined) known++;
    const isBreaching =
      value === undefined ? treatMissingData === 'breaching' : COMPARISONS[comparison](value, threshold);
    if (isBreaching) breaching++;
  }
  if (known === 0 && treatMissingData === 'missing') return 'INSUFFICIENT_DATA';
  if (known === 0 && treatMissingData === 'ignore') return before;
  return breaching >= datapointsToAlarm ? 'ALARM' : 'OK';
}
