/** Measures names, descriptions and settings against the limits of their services. */
import type { RelayContext } from '../config/relay-context.ts';
import { alarmsCause, type Cause, type Measurement, routesCause, textCause } from './measurement.ts';
import { jsonLength, resolved } from './resolved.ts';
import { resourcesOf, type SynthesizedStack } from './template.ts';

/** Names and descriptions, in characters: the reference of each resource's API has its figure. */
const TEXTS: [type: string, property: string, most: number][] = [
  ['AWS::CloudWatch::Alarm', 'AlarmName', 255],
  ['AWS::CloudWatch::Alarm', 'AlarmDescription', 1024],
  ['AWS::CloudWatch::CompositeAlarm', 'AlarmName', 255],
  ['AWS::CloudWatch::CompositeAlarm', 'AlarmDescription', 1024],
  ['AWS::CloudWatch::Dashboard', 'DashboardName', 255],
  ['AWS::DynamoDB::Table', 'TableName', 255],
  ['AWS::Events::Rule', 'Name', 64],
  ['AWS::Events::Rule', 'Description', 512],
  ['AWS::IAM::Role', 'RoleName', 64],
  ['AWS::IAM::Role', 'Description', 1000],
  ['AWS::Lambda::Function', 'FunctionName', 64],
  ['AWS::Lambda::Function', 'Description', 256],
  ['AWS::SNS::Topic', 'TopicName', 256],
  ['AWS::SQS::Queue', 'QueueName', 80],
  ['AWS::Scheduler::Schedule', 'Name', 64],
  ['AWS::Scheduler::Schedule', 'Description', 512],
  ['AWS::Scheduler::ScheduleGroup', 'Name', 64],
];
/** As JSON with the names: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ENVIRONMENT_BYTES = 4096;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const PATTERN_CHARACTERS = 2048;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const METRICS_OF_GRAPH = 500;
const METRICS_OF_DASHBOARD = 2500;
const ALARMS_OF_WIDGET = 100;
/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_FilterRule.html, and one rule a name */
const FILTER_CHARACTERS = 1024;
const FILTER_RULES = 2;

interface Widget {
  properties: { title?: string; metrics?: unknown[]; alarms?: unknown[] };
}

/** The limits of services on their resources' settings. */
export function measureSettings(stack: SynthesizedStack, config: RelayContext): Measurement[] {
  return [
    ...texts(stack, config),
    ...environments(stack, config),
    ...patterns(stack, config),
    ...notifications(stack, config),
    ...dashboards(stack, config),
  ];
}

function texts(stack: SynthesizedStack, config: RelayContext): Measurement[] {
  return TEXTS.flatMap(([type, property, limit]) =>
    resourcesOf(stack, type).flatMap(([id, properties]): Measurement[] => {
      const text = resolved(properties[property], stack);
      if (typeof text !== 'string') return [];
      const cause = replayCause(config, properties.Name) ?? routesCause(config);
      const what = `the ${property} of ${id}`;
      return [{ cause, what, figure: text.length, unit: 'characters', limit, service: type.split('::')[1]! }];
    }),
  );
}

/** The prefix of a replay is part of the description of its schedule. */
function replayCause({ relay }: RelayContext, name: unknown): Cause | undefined {
  const index = relay.replays.findIndex((replay) => replay.name === name);
  return index === -1 ? undefined : textCause(`relay.relay.replays.${index}.prefix`, relay.replays[index]!.prefix);
}

function environments(stack: SynthesizedStack, config: RelayContext): Measurement[] {
  return resourcesOf(stack, 'AWS::Lambda::Function').map(([id, { FunctionName, Environment }]) => ({
    cause: routesCause(config),
    what: `the environment of function "${FunctionName ?? id}"`,
    figure: Buffer.byteLength(JSON.stringify(resolved(Environment?.Variables ?? {}, stack))),
    unit: 'bytes',
    limit: ENVIRONMENT_BYTES,
    service: 'Lambda',
  }));
}

function patterns(stack: SynthesizedStack, config: RelayContext): Measurement[] {
  return resourcesOf(stack, 'AWS::Events::Rule').map(([id, { EventPattern = {} }]) => ({
    cause: routesCause(config),
    what: `the event pattern of ${id}`,
    figure: jsonLength(EventPattern, stack),
    unit: 'characters',
    limit: PATTERN_CHARACTERS,
    service: 'EventBridge',
  }));
}

function notifications(stack: SynthesizedStack, config: RelayContext): Measurement[] {
  return resourcesOf(stack, 'AWS::S3::Bucket').flatMap(([, { NotificationConfiguration = {} }]) => {
    const configurations = (NotificationConfiguration.QueueConfigurations ?? []) as {
      Filter?: { S3Key: { Rules: { Name: string; Value: string }[] } };
    }[];
    return configurations.flatMap(({ Filter }): Measurement[] => {
      const rules = Filter?.S3Key.Rules ?? [];
      const common = { cause: routesCause(config), service: 'S3' };
      return [
        {
          ...common,
          what: "the filter of the bucket's notification",
          figure: rules.length,
          unit: 'rules',
          limit: FILTER_RULES,
        },
        ...rules.map(
          ({ Name, Value }): Measurement => ({
            ...common,
            what: `the ${Name} of the bucket's notification`,
            figure: Value.length,
            unit: 'characters',
            limit: FILTER_CHARACTERS,
          }),
        ),
      ];
    });
  });
}

function dashboards(stack: SynthesizedStack, config: RelayContext): Measurement[] {
  return resourcesOf(stack, 'AWS::CloudWatch::Dashboard').flatMap(([, { DashboardBody }]) => {
    const { widgets } = JSON.parse(String(resolved(DashboardBody, stack))) as { widgets: Widget[] };
    const common = { cause: routesCause(config), service: 'CloudWatch' };
    const graphs = widgets.flatMap(({ properties }) => (properties.metrics ? [properties] : []));
    const sum = graphs.reduce((total, { metrics }) => total + metrics!.length, 0);
    return [
      { ...common, what: 'the dashboard', figure: sum, unit: 'metrics' as const, limit: METRICS_OF_DASHBOARD },
      ...graphs.map(({ title, metrics }) => ({
        ...common,
        what: `the graph "${title}" of the dashboard`,
        figure: metrics!.length,
        unit: 'metrics' as const,
        limit: METRICS_OF_GRAPH,
      })),
      ...widgets.map(({ properties }) => ({
        ...common,
        cause: alarmsCause(config),
        what: `the widget "${properties.title}" of the dashboard`,
        figure: properties.alarms?.length ?? 0,
        unit: 'alarms' as const,
        limit: ALARMS_OF_WIDGET,
      })),
    ];
  });
}
