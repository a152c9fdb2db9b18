/** AWS::CloudWatch::*: alarms and dashboards. */
import { z } from 'zod';
import { partitionOf } from '../../core/partition.ts';
import {
  alreadyExists,
  boolean,
  type DeployContext,
  harmless,
  integer,
  physicalName,
  type ResourceTypes,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import { alarmDescription, alarmName, dashboardName } from '../../templates/texts.ts';
import { type Alarm as CloudWatchAlarm, COMPARISONS } from './alarm.ts';
import { type CompositeAlarm as CloudWatchComposite, MAX_RULE_CHARACTERS, parseAlarmRule } from './alarm-rule.ts';
import type { CloudWatch } from './store.ts';

/** What these resources are made in. */
export interface Services {
  cloudWatch: CloudWatch;
}
type Context = DeployContext<Services>;

const LONGEST_NAME = 255;

const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number),
]);

const common = {
  AlarmName: alarmName.optional(),
  AlarmDescription: alarmDescription.default(''),
  ActionsEnabled: boolean
    .optional()
    .refine((enabled) => enabled !== false, 'an alarm that tells nobody is not supported'),
  AlarmActions: z
    .array(z.string().regex(/^arn:[^:]+:sns:/))
    .max(5)
    .default([]),
  OKActions: harmless('only what goes wrong is told here'),
  Tags: tags,
};

const Alarm = z
  .strictObject({
    ...common,
    ComparisonOperator: z.enum(Object.keys(COMPARISONS) as [keyof typeof COMPARISONS]),
    Threshold: number,
    EvaluationPeriods: integer(1, 10_080),
    DatapointsToAlarm: integer(1, 10_080).optional(),
    TreatMissingData: z.enum(['missing', 'breaching', 'notBreaching', 'ignore']).default('missing'),
    Namespace: z.string(),
    MetricName: z.string(),
    Dimensions: z
      .array(z.strictObject({ Name: z.string(), Value: z.string() }))
      .max(30)
      .default([]),
    Period: integer(10, 86_400),
    Statistic: z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']).optional(),
    ExtendedStatistic: z
      .string()
      .regex(/^p\d{1,2}(\.\d+)?$/)
      .optional(),
  })
  .refine(({ Statistic, ExtendedStatistic }) => (Statistic === undefined) !== (ExtendedStatistic === undefined), {
    message: 'takes either Statistic or ExtendedStatistic',
  })
  // PutMetricAlarm: seven days at most.
  .refine(({ Period, EvaluationPeriods }) => Period * EvaluationPeriods <= (Period >= 3600 ? 604_800 : 86_400), {
    message:
      'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400), or 7 days by the hour',
  });

type AlarmProperties = z.output<typeof Alarm>;

const CompositeAlarm = z.strictObject({
  ...common,
  AlarmRule: z.string().min(1).max(MAX_RULE_CHARACTERS),
  InsufficientDataActions: harmless('an evaluated rule holds or does not'),
});

type CompositeProperties = z.output<typeof CompositeAlarm>;

const Dashboard = z.strictObject({
  DashboardName: dashboardName,
  DashboardBody: z.string(),
});

export const cloudWatchTypes: ResourceTypes<Services> = {
  'AWS::CloudWatch::Alarm': resourceType(Alarm, {
    named: 'AlarmName',
    replacedBy: ['AlarmName'],
    create: (properties, context) => {
      const name = properties.AlarmName ?? physicalName(context, LONGEST_NAME);
      const { arn } = context.services.cloudWatch.putAlarm(alarmOf(name, properties, context));
      return { ref: name, attributes: { Arn: arn } };
    },
    update: {
      properties: Object.keys(Alarm.shape) as (keyof AlarmProperties)[],
      run: ({ ref }, properties, context) => context.services.cloudWatch.updateAlarm(alarmOf(ref, properties, context)),
    },
    remove: ({ attributes }, { services }) => services.cloudWatch.removeAlarm(attributes['Arn']!),
  }),

  'AWS::CloudWatch::CompositeAlarm': resourceType(CompositeAlarm, {
    named: 'AlarmName',
    replacedBy: ['AlarmName'],
    create: (properties, context) => {
      const name = properties.AlarmName ?? physicalName(context, LONGEST_NAME);
      const { arn } = context.services.cloudWatch.putComposite(compositeOf(name, properties, context));
      return { ref: name, attributes: { Arn: arn } };
    },
    update: {
      properties: Object.keys(CompositeAlarm.shape) as (keyof CompositeProperties)[],
      run: ({ ref }, properties, context) =>
        context.services.cloudWatch.updateComposite(compositeOf(ref, properties, context)),
    },
    remove: ({ attributes }, { services }) => services.cloudWatch.removeAlarm(attributes['Arn']!),
  }),

  'AWS::CloudWatch::Dashboard': resourceType(Dashboard, {
    named: 'DashboardName',
    replacedBy: ['DashboardName'],
    create: (properties, context) => {
      const { dashboards } = context.services.cloudWatch;
      const arn = dashboardArn(properties, context);
      if (dashboards.has(arn)) {
        throw alreadyExists('AWS::CloudWatch::Dashboard', 'DashboardName', properties.DashboardName);
      }
      dashboards.set(arn, JSON.parse(properties.DashboardBody));
      return { ref: properties.DashboardName, attributes: {} };
    },
    update: {
      properties: ['DashboardBody'],
      run: (_, properties, context) => {
        context.services.cloudWatch.dashboards.set(
          dashboardArn(properties, context),
          JSON.parse(properties.DashboardBody),
        );
      },
    },
    remove: ({ properties }, context) => {
      context.services.cloudWatch.dashboards.delete(dashboardArn(properties, context));
    },
  }),
};

function alarmOf(name: string, properties: AlarmProperties, { account, region }: Context): CloudWatchAlarm {
  return {
    name,
    description: properties.AlarmDescription,
    metric: {
      account,
      region,
      namespace: properties.Namespace,
      name: properties.MetricName,
      dimensions: Object.fromEntries(properties.Dimensions.map(({ Name, Value }) => [Name, Value])),
    },
    statistic: properties.Statistic ?? properties.ExtendedStatistic!,
    periodSeconds: properties.Period,
    evaluationPeriods: properties.EvaluationPeriods,
    datapointsToAlarm: properties.DatapointsToAlarm ?? properties.EvaluationPeriods,
    comparison: properties.ComparisonOperator,
    threshold: properties.Threshold,
    treatMissingData: properties.TreatMissingData,
    actions: properties.AlarmActions,
  };
}

function compositeOf(name: string, properties: CompositeProperties, { account, region }: Context): CloudWatchComposite {
  return {
    account,
    region,
    name,
    description: properties.AlarmDescription,
    rule: parseAlarmRule(properties.AlarmRule),
    actions: properties.AlarmActions,
  };
}

function dashboardArn({ DashboardName }: z.output<typeof Dashboard>, { account, region }: Context): string {
  return `arn:${partitionOf(region)}:cloudwatch::${account}:dashboard/${DashboardName}`;
}
