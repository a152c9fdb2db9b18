/** AWS::CloudWatch::* and AWS::SNS::*: alarms with the topics that they tell, and dashboards. */
import { z } from 'zod';
import type { PrincipalIds } from '../../authorization/principal.ts';
import { partitionOf } from '../../core/partition.ts';
import { resourcePolicy } from '../../templates/resource-policy.ts';
import {
  alreadyExists,
  boolean,
  type DeployContext,
  harmless,
  integer,
  physicalName,
  policyDocument,
  type ResourceTypes,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import { alarmDescription, alarmName, dashboardName, topicDisplayName, topicName } from '../../templates/texts.ts';
import type { Topics } from '../sns/store.ts';
import { type Alarm as CloudWatchAlarm, COMPARISONS } from './alarm.ts';
import type { CloudWatch } from './store.ts';

/** What these resources are made in. */
export interface Services {
  cloudWatch: CloudWatch;
  topics: Topics;
  directory: PrincipalIds;
}
type Context = DeployContext<Services>;

const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number),
]);

const Alarm = z
  .strictObject({
    AlarmName: alarmName,
    AlarmDescription: alarmDescription.default(''),
    ActionsEnabled: boolean
      .optional()
      .refine((enabled) => enabled !== false, 'an alarm that tells nobody is not supported'),
    AlarmActions: z
      .array(z.string().regex(/^arn:[^:]+:sns:/))
      .max(5)
      .default([]),
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

type AlarmProperties = z.output<typeof Alarm>;

const Dashboard = z.strictObject({
  DashboardName: dashboardName,
  DashboardBody: z.string(),
});

const Topic = z.strictObject({
  TopicName: topicName.optional(),
  DisplayName: harmless('a text for people', topicDisplayName),
  Tags: tags,
});

const TopicPolicy = z.strictObject({ Topics: z.array(z.string()).min(1), PolicyDocument: policyDocument });

const Subscription = z.strictObject({ TopicArn: z.string(), Protocol: z.literal('email'), Endpoint: z.email() });

export const cloudWatchTypes: ResourceTypes<Services> = {
  'AWS::CloudWatch::Alarm': resourceType(Alarm, {
    named: 'AlarmName',
    replacedBy: ['AlarmName'],
    create: (properties, context) => {
      const { arn } = context.services.cloudWatch.putAlarm(alarmOf(properties, context));
      return { ref: properties.AlarmName, attributes: { Arn: arn } };
    },
    update: {
      properties: Object.keys(Alarm.shape) as (keyof AlarmProperties)[],
      run: (_, properties, context) => context.services.cloudWatch.updateAlarm(alarmOf(properties, context)),
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

  'AWS::SNS::Topic': resourceType(Topic, {
    named: 'TopicName',
    replacedBy: ['TopicName'],
    create: ({ TopicName }, context) => {
      const { account, region, services } = context;
      const name = TopicName ?? physicalName(context);
      const { arn } = services.topics.create({ account, region, name });
      return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
    },
    remove: ({ ref }, { services }) => services.topics.remove(ref),
  }),

  'AWS::SNS::TopicPolicy': resourceType(TopicPolicy, {
    replacedBy: [],
    create: (properties, context) => {
      setTopicPolicy(properties, context);
      return { ref: physicalName(context), attributes: {} };
    },
    update: {
      properties: ['Topics', 'PolicyDocument'],
      run: (made, properties, context) => {
        resetTopicPolicy(made.properties, context);
        setTopicPolicy(properties, context);
      },
    },
    remove: ({ properties }, context) => resetTopicPolicy(properties, context),
  }),

  'AWS::SNS::Subscription': resourceType(Subscription, {
    replacedBy: ['TopicArn', 'Protocol', 'Endpoint'],
    create: ({ TopicArn, Protocol, Endpoint }, context) => {
      context.services.topics.get(TopicArn).subscriptions.push({ protocol: Protocol, endpoint: Endpoint });
      return { ref: `${TopicArn}:${physicalName(context)}`, attributes: {} };
    },
    remove: ({ properties: { TopicArn, Endpoint } }, { services }) => {
      if (!services.topics.arns().includes(TopicArn)) return;
      const topic = services.topics.get(TopicArn);
      topic.subscriptions = topic.subscriptions.filter(({ endpoint }) => endpoint !== Endpoint);
    },
  }),
};

function alarmOf(properties: AlarmProperties, { account, region }: Context): CloudWatchAlarm {
  return {
    name: properties.AlarmName,
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

function dashboardArn({ DashboardName }: z.output<typeof Dashboard>, { account, region }: Context): string {
  return `arn:${partitionOf(region)}:cloudwatch::${account}:dashboard/${DashboardName}`;
}

function setTopicPolicy({ Topics, PolicyDocument }: z.output<typeof TopicPolicy>, context: Context): void {
  const policy = resourcePolicy('topic policy', PolicyDocument, context);
  const topics = Topics.map((arn) => context.services.topics.get(arn));
  for (const topic of topics) topic.policy = policy;
}

function resetTopicPolicy({ Topics }: z.output<typeof TopicPolicy>, { services: { topics } }: Context): void {
  for (const arn of Topics) if (topics.arns().includes(arn)) topics.resetPolicy(arn);
}
