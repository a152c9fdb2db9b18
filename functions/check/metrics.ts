/** Publishes the outcome of a check as metrics, for the alarms of the scheduled check. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, METRICS_NAMESPACE } from '../reporting/metric-names.ts';

/** One alarm is about a check that failed, another about a day without a check that passed. */
export function publishCheck(serviceName: string, failedLines: number): void {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName });
  metrics.addMetric(METRICS.checkPassed, MetricUnit.Count, failedLines === 0 ? 1 : 0);
  metrics.addMetric(METRICS.checkFailedLines, MetricUnit.Count, failedLines);
  metrics.publishStoredMetrics();
}
