/** The metrics that the dashboard shows and the alarms watch. */
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS, METRICS_NAMESPACE } from '../../functions/reporting/metric-names.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { relayNames, serviceName } from '../names.ts';

const PERIOD = Duration.minutes(5);
/** Nobody can read a graph with more lines. A widget takes 500 metrics at most. */
const MOST_LINES = 20;

/** The metrics of a relay. Their names are plain text without tokens, so that the dashboard's body is plain text too. */
export class RelayMetrics {
  readonly #config: RelayContext;

  constructor(config: RelayContext) {
    this.#config = config;
  }

  /** A metric of one route, as the functions log it. */
  ofRoute(name: keyof typeof METRICS, route: string, statistic = 'Sum'): Metric {
    return this.own(name, statistic, { route });
  }

  /**
   * A line for each route, labelled with what it shows; with many routes CloudWatch looks for them by itself, so that the dashboard
   * doesn't grow with them: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
   */
  ofEachRoute(name: keyof typeof METRICS, label: string, statistic = 'Sum'): IMetric[] {
    const { routes } = this.#config;
    if (routes.length <= MOST_LINES) {
      const names = routes.map((route) => route.name).sort();
      return names.map((route) => this.ofRoute(name, route, statistic).with({ label: `${label}, ${route}` }));
    }
    const schema = `{${METRICS_NAMESPACE},route,service}`;
    const search = `${schema} MetricName="${METRICS[name]}" service="${serviceName(this.#config)}"`;
    const expression = `SEARCH('${search}', '${statistic}', ${PERIOD.toSeconds()})`;
    return [new MathExpression({ expression, usingMetrics: {}, label, period: PERIOD })];
  }

  /** A metric of the relay as a whole. */
  own(name: keyof typeof METRICS, statistic: string, dimensions: Record<string, string> = {}): Metric {
    return new Metric({
      namespace: METRICS_NAMESPACE,
      metricName: METRICS[name],
      dimensionsMap: { service: serviceName(this.#config), ...dimensions },
      statistic,
      period: PERIOD,
    });
  }

  /** The sum over all routes. An alarm takes ten of them at most: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html */
  ofAllRoutes(name: keyof typeof METRICS, options: MetricOptions): Metric | MathExpression {
    const metrics = this.#config.routes.map((route) => this.ofRoute(name, route.name).with(options));
    if (metrics.length === 1) return metrics[0]!;
    const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
    const { label = METRICS[name], color, period = PERIOD } = options;
    return new MathExpression({
      expression: 'SUM(METRICS())',
      usingMetrics,
      label,
      period,
      ...(color !== undefined && { color }),
    });
  }

  oldestMessageAge(): Metric {
    return this.#ofQueue('ApproximateAgeOfOldestMessage', relayNames(this.#config).queue);
  }

  /** The age of requeued messages: each time the relay requeues a message, SQS's own metric starts again at zero. */
  oldestRequeuedAge(): Metric {
    return this.own('oldestRequeued', 'Maximum');
  }

  deadLetterDepth(): Metric {
    return this.#ofQueue('ApproximateNumberOfMessagesVisible', relayNames(this.#config).deadLetterQueue);
  }

  ofRelayFunction(metricName: 'Throttles' | 'Errors' | 'Invocations'): Metric {
    const dimensionsMap = { FunctionName: relayNames(this.#config).relayFunction };
    return new Metric({ namespace: 'AWS/Lambda', metricName, dimensionsMap, statistic: 'Sum', period: PERIOD });
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
  ofRule(metricName: 'FailedInvocations' | 'InvocationsFailedToBeSentToDlq', RuleName: string): Metric {
    return new Metric({
      namespace: 'AWS/Events',
      metricName,
      dimensionsMap: { RuleName },
      statistic: 'Sum',
      period: PERIOD,
    });
  }

  #ofQueue(metricName: string, QueueName: string): Metric {
    const dimensionsMap = { QueueName };
    return new Metric({ namespace: 'AWS/SQS', metricName, dimensionsMap, statistic: 'Maximum', period: PERIOD });
  }
}
