/** The CloudWatch dashboard. */
import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IAlarm,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { chunks } from '../../functions/core/chunks.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { relayNames } from '../names.ts';
import { RelayMetrics } from './metrics.ts';

export interface DashboardProps {
  config: RelayContext;
  alarms: IAlarm[];
}

const COLUMNS = 24;
const HEIGHT = 6;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const ALARMS_OF_WIDGET = 100;
const ALARMS_OF_LINE = 8;

/** Shows an operator at a glance whether objects flow, how fast, what is stuck, and whether a relay would succeed now. */
export class Dashboard extends Construct {
  readonly dashboard: CloudWatchDashboard;

  constructor(scope: Construct, id: string, { config, alarms }: DashboardProps) {
    super(scope, id);
    const metrics = new RelayMetrics(config);
    const { replay, reconciliation, objectiveSeconds, objectivePercent } = config.relay;
    const ofReconciliation = (name: 'oldestMissing' | 'objectsMissing' | 'objectsStillFailed', label: string) =>
      replay && reconciliation ? [metrics.own(name, 'Maximum').with({ label })] : [];
    this.dashboard = new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: relayNames(config).dashboard,
      widgets: [
        ...chunks(alarms, ALARMS_OF_WIDGET).map((shown) => [
          new AlarmStatusWidget({
            title: 'Alarms',
            alarms: shown,
            width: COLUMNS,
            height: 1 + Math.ceil(shown.length / ALARMS_OF_LINE),
          }),
        ]),
        [
          graph(`Delivered within ${objectiveSeconds} s (share)`, {
            left: [metrics.own('deliveredInTime', 'Average').with({ label: 'in time' })],
            leftAnnotations: [{ value: Number((objectivePercent / 100).toFixed(6)), label: 'objective' }],
            leftYAxis: { max: 1, showUnits: false },
            width: COLUMNS,
          }),
        ],
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
              metrics.own('oldestLarge', 'Maximum').with({ label: 'large, under way' }),
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

function graph(title: string, props: GraphWidgetProps & { left: IMetric[] }): GraphWidget {
  const shape = { width: COLUMNS / 3, height: HEIGHT, leftYAxis: { min: 0, showUnits: false } };
  return new GraphWidget({ title, ...shape, ...props });
}
