import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, METRICS_NAMESPACE } from '../reporting/metric-names.ts';

/** What the canary's alarms listen to: one for a check that failed, another for none that passed in a day. */
export function publishCheck(serviceName: string, failedLines: number): void {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName });
  metrics.addMetric(METRICS.checkPassed, MetricUnit.Count, failedLines === 0 ? 1 : 0);
  metrics.addMetric(METRICS.checkFailedLines, MetricUnit.Count, failedLines);
  metrics.publishStoredMetrics();
}
