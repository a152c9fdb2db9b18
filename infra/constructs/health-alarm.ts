/** The alarm that says whether the relay is healthy: whether any other alarm is on. */
import { type AlarmBase, AlarmRule, AlarmState, CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { chunks } from '../../functions/core/chunks.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { alarmName } from '../names.ts';

export interface HealthAlarmProps {
  config: RelayContext;
  alarms: readonly AlarmBase[];
}

/**
 * A rule takes 100 alarms and 10,240 characters, of which the ARN of an alarm may take 160:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
const ALARMS_OF_RULE = 60;

/** One state for dashboards and for other teams' alarms. It tells nobody: each alarm under it does so itself. */
export class HealthAlarm extends Construct {
  readonly alarm: CompositeAlarm;
  readonly #config: RelayContext;

  constructor(scope: Construct, id: string, { config, alarms }: HealthAlarmProps) {
    super(scope, id);
    this.#config = config;
    const groups = chunks(alarms, ALARMS_OF_RULE);
    const under = groups.length === 1 ? alarms : groups.map((group, index) => this.#anyOf(`-${index + 1}`, group));
    this.alarm = this.#anyOf('', under);
  }

  #anyOf(suffix: string, alarms: readonly AlarmBase[]): CompositeAlarm {
    return new CompositeAlarm(this, `Health${suffix}`, {
      compositeAlarmName: alarmName(this.#config, 'health', suffix),
      alarmDescription: 'Upload Relay: an alarm is on. What to do: docs/runbook.md#alarm-health',
      alarmRule: AlarmRule.anyOf(...alarms.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM))),
    });
  }
}
