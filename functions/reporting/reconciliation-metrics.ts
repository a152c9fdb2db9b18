/** Publishes what a reconciliation has found. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, METRICS_NAMESPACE } from './metric-names.ts';

/** What a reconciliation tells of all routes that it has looked at. */
export interface Found {
  missing: number;
  oldestMissingSeconds: number;
  failed: number;
}

/**
 * Zeros are published, too: the alarm on silence needs them.
 * @param serviceName the relay's name
 */
export function publishReconciliation(serviceName: string, { missing, oldestMissingSeconds, failed }: Found): void {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName });
  metrics.addMetric(METRICS.objectsMissing, MetricUnit.Count, missing);
  metrics.addMetric(METRICS.oldestMissing, MetricUnit.Seconds, oldestMissingSeconds);
  metrics.addMetric(METRICS.objectsStillFailed, MetricUnit.Count, failed);
  metrics.publishStoredMetrics();
}
