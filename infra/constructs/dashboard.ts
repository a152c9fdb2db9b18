/** The CloudWatch dashboard. */
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { RelayContext } from '../config/relay-context.ts';
import { relayNames } from '../names.ts';
import { RelayMetrics } from './metrics.ts';

export interface DashboardProps {
  config: RelayContext;
  alarms: Alarm[];
}

const COLUMNS = 24;
const HEIGHT = 6;

/** Shows an operator at a glance whether objects flow, how fast, what is stuck, and whether a relay would succeed now. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { config, alarms }: DashboardProps) {
    super(scope, id);
    const metrics = new RelayMetrics(config);
    const { replay, reconciliation } = config.relay;
    const ofReconciliation = (name: 'oldestMissing' | 'objectsMissing' | 'objectsStillFailed', label: string) =>
      replay && reconciliation ? [metrics.own(name, 'Maximum').with({ label })] : [];
    new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: relayNames(config).dashboard,
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms, width: COLUMNS, height: 2 })],
        [
          graph('Objects', {
            left: [
              ...metrics.ofEachRoute('objectsDelivered', 'delivered'),
              ...metrics.ofEachRoute('objectsFailed', 'failed'),
            ],
          }),
          graph('Bytes', {
            left: [
              ...metrics.ofEachRoute('bytesDelivered', 'delivered'),
              ...metrics.ofEachRoute('bytesFailed', 'failed'),
            ],
          }),
          graph('From drop to delivery (ms)', {
            left: ['p50', 'p99'].flatMap((percentile) =>
              metrics.ofEachRoute('deliveryLatency', percentile, percentile),
            ),
          }),
        ],
        [
          graph('Oldest unrelayed object (s)', {
            left: [
              metrics.oldestMessageAge().with({ label: 'age' }),
              metrics.oldestRequeuedAge().with({ label: 'sent anew' }),
              ...ofReconciliation('oldestMissing', 'missing'),
            ],
          }),
          graph('Dead letters', {
            left: [
              metrics.deadLetterDepth().with({ label: 'messages' }),
              ...ofReconciliation('objectsMissing', 'missing objects'),
              ...ofReconciliation('objectsStillFailed', 'failed objects'),
            ],
          }),
          graph('Throttles and errors', {
            left: [
              metrics.ofRelayFunction('Throttles').with({ label: 'throttles' }),
              metrics.ofRelayFunction('Errors').with({ label: 'errors' }),
            ],
          }),
        ],
        [
          graph('Uploads of large objects', {
            left: [
              ...metrics.ofEachRoute('largeUploadsBegun', 'begun'),
              ...metrics.ofEachRoute('largeUploadsFinished', 'finished'),
              ...metrics.ofEachRoute('orphanedUploads', 'orphaned'),
            ],
          }),
          graph('Canary', {
            left: [
              metrics.own('checkPassed', 'Maximum').with({ label: 'passed' }),
              metrics.own('checkFailedLines', 'Maximum').with({ label: 'failed lines' }),
            ],
          }),
          graph('Invocations of the relay', {
            left: [metrics.ofRelayFunction('Invocations').with({ label: 'invocations' })],
          }),
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
