/** What CloudWatch answers over HTTP here: about alarms, and what was measured. */
import { z } from 'zod';
import type { Authorizer } from '../../core/api.ts';
import { arnOf } from '../../core/partition.ts';
import { type JsonCall, type JsonOperation, parseInput } from '../../protocols/aws-json.ts';
import type { Alarm } from './alarm.ts';
import type { CompositeAlarm } from './alarm-rule.ts';
import { metricStatistics } from './metric-statistics.ts';
import type { CloudWatch, Described } from './store.ts';

const SECOND_MS = 1_000;
/** API Reference, "DescribeAlarms". */
const MAX_RECORDS = 100;
const MAX_NAMES = 100;

const Parameters = z.strictObject({
  AlarmNames: z.array(z.string().min(1).max(255)).max(MAX_NAMES).optional(),
  AlarmNamePrefix: z.string().min(1).max(255).optional(),
  AlarmTypes: z.array(z.enum(['MetricAlarm', 'CompositeAlarm'])).default(['MetricAlarm']),
  StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).optional(),
  MaxRecords: z.int().min(1).max(MAX_RECORDS).default(50),
  NextToken: z.string().regex(/^\d+$/).default('0'),
});

export interface CloudWatchParts {
  cloudWatch: CloudWatch;
  authorizer: Authorizer;
  /** Tells the metrics of what only measures itself when it is looked at, such as queues. */
  measure(): void;
}

export function cloudWatchOperations(parts: CloudWatchParts): Record<string, JsonOperation> {
  return {
    DescribeAlarms: (call, body) => describeAlarms(parts, call, body),
    GetMetricStatistics: (call, body) => getMetricStatistics(parts, call, body),
  };
}

function describeAlarms({ cloudWatch, authorizer, measure }: CloudWatchParts, call: JsonCall, body: string) {
  const { caller, account, region } = call;
  const resource = arnOf('cloudwatch', { account, region }, 'alarm:*');
  authorizer.authorize({ caller, action: 'cloudwatch:DescribeAlarms', resource, resourceAccount: account });
  const asked = parseInput(Parameters, body, 'ValidationError');
  measure();
  const { metric, composite } = cloudWatch.describedAlarms({ account, region });
  const isAsked = ({ alarm: { name }, state }: Described<Alarm | CompositeAlarm>) =>
    (asked.AlarmNames?.includes(name) ?? true) &&
    name.startsWith(asked.AlarmNamePrefix ?? '') &&
    state === (asked.StateValue ?? state);
  const found = [
    ...(asked.AlarmTypes.includes('MetricAlarm') ? metric.map((each) => ({ kind: 'MetricAlarms', each })) : []),
    ...(asked.AlarmTypes.includes('CompositeAlarm')
      ? composite.map((each) => ({ kind: 'CompositeAlarms', each }))
      : []),
  ].filter(({ each }) => isAsked(each));
  const start = Number(asked.NextToken);
  const page = found.slice(start, start + asked.MaxRecords);
  const of = (wanted: string) => page.flatMap(({ kind, each }) => (kind === wanted ? [described(each)] : []));
  return {
    MetricAlarms: of('MetricAlarms'),
    CompositeAlarms: of('CompositeAlarms'),
    ...(start + page.length < found.length && { NextToken: String(start + page.length) }),
  };
}

function getMetricStatistics({ cloudWatch, authorizer, measure }: CloudWatchParts, call: JsonCall, body: string) {
  const { caller, account } = call;
  const action = 'cloudwatch:GetMetricStatistics';
  authorizer.authorize({ caller, action, resource: '*', resourceAccount: account });
  measure();
  return metricStatistics(cloudWatch.metrics, call, body);
}

function described({ arn, alarm, state, since }: Described<Alarm | CompositeAlarm>) {
  const { name, description, actions } = alarm;
  return {
    AlarmName: name,
    AlarmArn: arn,
    AlarmDescription: description,
    ActionsEnabled: true,
    AlarmActions: actions,
    StateValue: state,
    StateReason: reasonOf(alarm, state),
    StateUpdatedTimestamp: since / SECOND_MS,
    ...('rule' in alarm ? { AlarmRule: alarm.rule.text } : metricOf(alarm)),
  };
}

function metricOf(alarm: Alarm) {
  const { metric, statistic, periodSeconds, evaluationPeriods, datapointsToAlarm, comparison, threshold } = alarm;
  const { namespace, name, dimensions } = metric;
  return {
    Namespace: namespace,
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    ...(/^p\d/.test(statistic) ? { ExtendedStatistic: statistic } : { Statistic: statistic }),
    Period: periodSeconds,
    EvaluationPeriods: evaluationPeriods,
    DatapointsToAlarm: datapointsToAlarm,
    Threshold: threshold,
    ComparisonOperator: comparison,
    TreatMissingData: alarm.treatMissingData,
  };
}

/** CloudWatch's own names the datapoints, too. */
function reasonOf(alarm: Alarm | CompositeAlarm, state: string): string {
  if (state === 'INSUFFICIENT_DATA') return 'Unchecked: Initial alarm creation';
  if ('rule' in alarm) return `The rule ${alarm.rule.text} ${state === 'ALARM' ? 'holds' : 'does not hold'}`;
  const { datapointsToAlarm, evaluationPeriods, comparison, threshold } = alarm;
  const met = state === 'ALARM' ? 'were' : 'were not';
  return `Threshold: ${datapointsToAlarm} of the last ${evaluationPeriods} datapoints ${met} ${comparison} ${threshold}`;
}
