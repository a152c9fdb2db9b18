import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS, METRICS_NAMESPACE, METRICS_SERVICE } from '../functions/metric-names.ts';
import type { RouteContext } from './config.ts';
import { DEAD_LETTER_QUEUE_NAME, QUEUE_NAME, RELAY_FUNCTION_NAME } from './contract.ts';

/** What the dashboard shows and the alarms listen to. Names are plain text, so that the dashboard's body is too. */

const PERIOD = Duration.minutes(5);

/** Of one route, as the functions log it. */
export function routeMetric(
  name: keyof typeof METRICS,
  { name: route }: Pick<RouteContext, 'name'>,
  statistic = 'Sum',
): Metric {
  return ownMetric(name, statistic, { route });
}

export function ownMetric(
  name: keyof typeof METRICS,
  statistic: string,
  dimensions: Record<string, string> = {},
): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName: METRICS[name],
    dimensionsMap: { service: METRICS_SERVICE, ...dimensions },
    statistic,
    period: PERIOD,
  });
}

/** What waits and what was given up. */
export function oldestMessageAge(): Metric {
  return queueMetric('ApproximateAgeOfOldestMessage', QUEUE_NAME);
}

export function deadLetterDepth(): Metric {
  return queueMetric('ApproximateNumberOfMessagesVisible', DEAD_LETTER_QUEUE_NAME);
}

function queueMetric(metricName: string, QueueName: string): Metric {
  const dimensionsMap = { QueueName };
  return new Metric({ namespace: 'AWS/SQS', metricName, dimensionsMap, statistic: 'Maximum', period: PERIOD });
}

export function relayMetric(metricName: 'Throttles' | 'Errors' | 'Invocations'): Metric {
  const dimensionsMap = { FunctionName: RELAY_FUNCTION_NAME };
  return new Metric({ namespace: 'AWS/Lambda', metricName, dimensionsMap, statistic: 'Sum', period: PERIOD });
}
