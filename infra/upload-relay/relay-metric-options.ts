/** How a metric of a relay is asked for. */
import type { MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';

/** Properties of a metric that is measured for each route. */
export interface RouteMetricOptions extends MetricOptions {
  /**
   * Only what goes along the route of this name.
   * @default - all routes together
   */
  readonly route?: string;
}
