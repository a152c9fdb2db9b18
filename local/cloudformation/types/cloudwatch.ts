/** AWS::CloudWatch::* and AWS::SNS::*: alarms with the topics that they tell, and dashboards. */
import { z } from 'zod';
import { COMPARISONS } from '../../cloudwatch/alarm.ts';
import { parsePolicy } from '../../iam/policy.ts';
import { bindPrincipals } from '../../iam/principal.ts';
import {
  boolean,
  harmless,
  integer,
  physicalName,
  policyDocument,
  type ResourceType,
  resourceType,
  tags,
} from '../resource-type.ts';

const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number),
]);

const Alarm = z
  .strictObject({
    AlarmName: z.string().min(1).max(255),
    AlarmDescription: z.string().max(1024).default(''),
    ActionsEnabled: boolean
      .optional()
      .refine((enabled) => enabled !== false, 'an alarm that tells nobody is not supported'),
    AlarmActions: z.array(z.string().startsWith('arn:aws:sns:')).max(5).default([]),
    OKActions: harmless('only what goes wrong is told here'),
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
    Tags: tags,
  })
  .refine(({ Statistic, ExtendedStatistic }) => (Statistic === undefined) !== (ExtendedStatistic === undefined), {
    message: 'takes either Statistic or ExtendedStatistic',
  })
  // PutMetricAlarm: seven days at most.
  .refine(({ Period, EvaluationPeriods }) => Period * EvaluationPeriods <= (Period >= 3600 ? 604_800 : 86_400), {
    message:
      'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400), or 7 days by the hour',
  });

const Dashboard = z.strictObject({
  DashboardName: z.string().regex(/^[\w-]{1,255}$/),
  DashboardBody: z.string(),
});

const Topic = z.strictObject({
  TopicName: z.string().optional(),
  DisplayName: harmless('a text for people'),
  Tags: tags,
});

const TopicPolicy = z.strictObject({ Topics: z.array(z.string()).min(1), PolicyDocument: policyDocument });

const Subscription = z.strictObject({ TopicArn: z.string(), Protocol: z.literal('email'), Endpoint: z.email() });

export const cloudWatchTypes: Record<string, ResourceType> = {
  'AWS::CloudWatch::Alarm': resourceType(Alarm, (properties, { account, region, services }) => {
    const { AlarmName: name, EvaluationPeriods: evaluationPeriods } = properties;
    services.cloudWatch.putAlarm({
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
      evaluationPeriods,
      datapointsToAlarm: properties.DatapointsToAlarm ?? evaluationPeriods,
      comparison: properties.ComparisonOperator,
      threshold: properties.Threshold,
      treatMissingData: properties.TreatMissingData,
      actions: properties.AlarmActions,
    });
    return { ref: name, attributes: { Arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}` } };
  }),

  'AWS::CloudWatch::Dashboard': resourceType(Dashboard, ({ DashboardName, DashboardBody }, { services }) => {
    services.cloudWatch.dashboards.set(DashboardName, JSON.parse(DashboardBody));
    return { ref: DashboardName, attributes: {} };
  }),

  'AWS::SNS::Topic': resourceType(Topic, ({ TopicName }, context) => {
    const { account, region, services } = context;
    const name = TopicName ?? physicalName(context);
    const { arn } = services.topics.create({ account, region, name });
    return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
  }),

  'AWS::SNS::TopicPolicy': resourceType(TopicPolicy, ({ Topics, PolicyDocument }, context) => {
    const { services } = context;
    const policy = bindPrincipals(parsePolicy(PolicyDocument, 'topic policy', 'resource'), services.directory);
    for (const arn of Topics) services.topics.get(arn).policy = policy;
    return { ref: physicalName(context), attributes: {} };
  }),

  'AWS::SNS::Subscription': resourceType(Subscription, ({ TopicArn, Protocol, Endpoint }, context) => {
    context.services.topics.get(TopicArn).subscriptions.push({ protocol: Protocol, endpoint: Endpoint });
    return { ref: `${TopicArn}:${physicalName(context)}`, attributes: {} };
  }),
};
