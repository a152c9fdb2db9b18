import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { RelayContext } from './config.ts';
import { DASHBOARD_NAME } from './contract.ts';
import { deadLetterDepth, oldestMessageAge, ownMetric, relayMetric, routeMetric } from './metrics.ts';

export interface DashboardProps {
  config: RelayContext;
  alarms: Alarm[];
}

const COLUMNS = 24;
const HEIGHT = 6;

/** What an operator wants to see at a glance: does it flow, how fast, what is stuck, and would it work right now. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { config, alarms }: DashboardProps) {
    super(scope, id);
    const { routes } = config;
    const of = (metric: (route: (typeof routes)[number]) => IMetric) => routes.map(metric);
    new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: DASHBOARD_NAME,
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms, width: COLUMNS, height: 2 })],
        [
          graph('Objects', {
            left: [
              ...of((route) => routeMetric('objectsDelivered', route).with({ label: `delivered, ${route.name}` })),
              ...of((route) => routeMetric('objectsFailed', route).with({ label: `failed, ${route.name}` })),
            ],
          }),
          graph('Bytes', {
            left: [
              ...of((route) => routeMetric('bytesDelivered', route).with({ label: `delivered, ${route.name}` })),
              ...of((route) => routeMetric('bytesFailed', route).with({ label: `failed, ${route.name}` })),
            ],
          }),
          graph('From drop to delivery (ms)', {
            left: ['p50', 'p99'].flatMap((percentile) =>
              of((route) =>
                routeMetric('deliveryLatency', route, percentile).with({ label: `${percentile}, ${route.name}` }),
              ),
            ),
          }),
        ],
        [
          graph('Oldest unrelayed object (s)', { left: [oldestMessageAge().with({ label: 'age' })] }),
          graph('Dead letters', { left: [deadLetterDepth().with({ label: 'messages' })] }),
          graph('Throttles and errors', {
            left: [
              relayMetric('Throttles').with({ label: 'throttles' }),
              relayMetric('Errors').with({ label: 'errors' }),
            ],
          }),
        ],
        [
          graph('Uploads of large objects', {
            left: [
              ...of((route) => routeMetric('largeUploadsBegun', route).with({ label: `begun, ${route.name}` })),
              ...of((route) => routeMetric('largeUploadsFinished', route).with({ label: `finished, ${route.name}` })),
              ...of((route) => routeMetric('orphanedUploads', route).with({ label: `orphaned, ${route.name}` })),
            ],
          }),
          graph('Canary', {
            left: [
              ownMetric('checkPassed', 'Maximum').with({ label: 'passed' }),
              ownMetric('checkFailedLines', 'Maximum').with({ label: 'failed lines' }),
            ],
          }),
          graph('Invocations of the relay', { left: [relayMetric('Invocations').with({ label: 'invocations' })] }),
        ],
      ],
    });
  }
}

function graph(title: string, { left }: { left: IMetric[] }): GraphWidget {
  const props: GraphWidgetProps = {
    title,
    left,
    width: COLUMNS / 3,
    height: HEIGHT,
    leftYAxis: { min: 0, showUnits: false },
  };
  return new GraphWidget(props);
}
