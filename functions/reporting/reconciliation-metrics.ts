/** Publishes what a reconciliation has found. */
import { METRICS, METRICS_NAMESPACE } from './metric-names.ts';

/** What a reconciliation tells of all routes that it has looked at. */
export interface Found {
  missing: number;
  oldestMissingSeconds: number;
  failed: number;
}

/**
 * One log line, which CloudWatch reads as metrics. Zeros are published, too: the alarm on silence needs them. Powertools would add ten
 * kilobytes to replay's bundle for it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * @param service the relay's name
 */
export function reconciliationLine(
  service: string,
  { missing, oldestMissingSeconds, failed }: Found,
  now: number,
): string {
  const Metrics = [
    { Name: METRICS.objectsMissing, Unit: 'Count' },
    { Name: METRICS.oldestMissing, Unit: 'Seconds' },
    { Name: METRICS.objectsStillFailed, Unit: 'Count' },
  ];
  return JSON.stringify({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [{ Namespace: METRICS_NAMESPACE, Dimensions: [['service']], Metrics }],
    },
    service,
    [METRICS.objectsMissing]: missing,
    [METRICS.oldestMissing]: oldestMissingSeconds,
    [METRICS.objectsStillFailed]: failed,
  });
}
