/** The alarm on the objective: too many objects are delivered late. */
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { RelayContext } from '../config/relay-context.ts';
import { alarmName } from '../names.ts';
import type { RelayMetrics } from './metrics.ts';

export interface ObjectiveAlarmProps {
  config: RelayContext;
  metrics: RelayMetrics;
  description: string;
}

/**
 * Objects may be late within a budget: 0.1 % of a month's, with the default objective. A burn rate of 1 spends it in just that month. These
 * rates are common practice (Google's SRE workbook, "Alerting on SLOs"): 14.4 over an hour spends 2 % of it, 6 over six hours 5 %. The short
 * window ends the alarm soon after the cause has ended.
 */
const BURNS = [
  { rate: 14.4, windows: { '1h': Duration.hours(1), '5m': Duration.minutes(5) } },
  { rate: 6, windows: { '6h': Duration.hours(6), '30m': Duration.minutes(30) } },
];

/** Goes off when the budget burns at such a rate in a long and in a short window. Only the alarm as a whole tells somebody. */
export class ObjectiveAlarm extends Construct {
  readonly alarm: CompositeAlarm;

  constructor(scope: Construct, id: string, { config, metrics, description }: ObjectiveAlarmProps) {
    super(scope, id);
    const budget = 1 - config.relay.objectivePercent / 100;
    const inTime = metrics.own('deliveredInTime', 'Average');
    const burns = BURNS.map(({ rate, windows }) =>
      AlarmRule.allOf(
        ...Object.entries(windows).map(([name, period]) => {
          const alarm = new Alarm(this, name, {
            alarmName: alarmName(config, 'objective', `-${name}`),
            alarmDescription: description,
            metric: inTime.with({ period }),
            threshold: Number((1 - rate * budget).toFixed(6)),
            comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
            evaluationPeriods: 1,
            // Where nothing was uploaded, nothing was late.
            treatMissingData: TreatMissingData.NOT_BREACHING,
          });
          return AlarmRule.fromAlarm(alarm, AlarmState.ALARM);
        }),
      ),
    );
    this.alarm = new CompositeAlarm(this, 'Burn', {
      compositeAlarmName: alarmName(config, 'objective'),
      alarmDescription: description,
      alarmRule: AlarmRule.anyOf(...burns),
    });
  }
}
