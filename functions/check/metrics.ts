/** Publishes the outcome of a check and of a canary as metrics, for their alarms. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, METRICS_NAMESPACE } from '../reporting/metric-names.ts';

/** One alarm is about a check that failed, another about a day without a check that passed. */
export function publishCheck(serviceName: string, failedLines: number): void {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName });
  metrics.addMetric(METRICS.checkPassed, MetricUnit.Count, failedLines === 0 ? 1 : 0);
  metrics.addMetric(METRICS.checkFailedLines, MetricUnit.Count, failedLines);
  metrics.publishStoredMetrics();
}

/** The alarm is about an hour without a canary that came across. */
export function publishCanary(serviceName: string, hasArrived: boolean): void {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName });
  metrics.addMetric(METRICS.canaryArrived, MetricUnit.Count, hasArrived ? 1 : 0);
  metrics.publishStoredMetrics();
}
