/** Looks whether the source bucket tells the relay of its uploads, as it was deployed. */
import {
  GetBucketNotificationConfigurationCommand,
  type GetBucketNotificationConfigurationCommandOutput,
  type QueueConfiguration,
} from '@aws-sdk/client-s3';
import { readNotificationStatement } from '../aws/door-policies.ts';
import { bucketArn, type Door, lookAt, mend, NO_SUCH_BUCKET } from './door-context.ts';
import { type Finding, ok } from './line.ts';

const CREATED = 's3:ObjectCreated:*';

type Configuration = Omit<GetBucketNotificationConfigurationCommandOutput, '$metadata'>;
type Filter = { prefix: string; suffix: string };

/** Somebody else's deployment may have replaced the notifications of the bucket: S3 knows only all of them at once. */
export function bucketTells(door: Door): Promise<Finding> {
  const { sourceBucket: Bucket, sourceAccount: ExpectedBucketOwner } = door.config;
  const command = new GetBucketNotificationConfigurationCommand({ Bucket, ExpectedBucketOwner });
  const statement = readNotificationStatement(bucketArn(door));
  return lookAt(
    door,
    door.clients.s3.send(command),
    statement,
    ({ $metadata: _, ...configuration }) => judge(door, configuration),
    () => mend(door, NO_SUCH_BUCKET, `Bucket ${Bucket} is gone: make it again, and deploy the source stack.`),
  );
}

function judge(door: Door, configuration: Configuration): Finding {
  const { filters, topicArn } = door.config.door;
  if (filters !== undefined) return tellsQueue(door, configuration, filters);
  return topicArn === undefined ? tellsEventBridge(door, configuration) : tellsTopic(door, configuration, topicArn);
}

/** Its filter is its owner's affair. */
function tellsTopic(door: Door, configuration: Configuration, topicArn: string): Finding {
  const { TopicConfigurations = [] } = configuration;
  const isThere = TopicConfigurations.some((each) => each.TopicArn === topicArn && each.Events?.includes(CREATED));
  if (isThere) return ok(`to ${topicArn}`);
  const change = `The notification of bucket ${door.config.sourceBucket} to the topic is gone, or is about other events: set it again (aws s3api put-bucket-notification-configuration) with this configuration, which keeps the others.`;
  const deployed = { TopicArn: topicArn, Events: [CREATED] };
  return mend(door, 'no notification leads to the topic', change, {
    ...configuration,
    TopicConfigurations: [...TopicConfigurations, deployed],
  });
}

function tellsEventBridge(door: Door, configuration: Configuration): Finding {
  if (configuration.EventBridgeConfiguration) return ok('to EventBridge');
  const change = `Bucket ${door.config.sourceBucket} does not send its events to EventBridge: turn that on (aws s3api put-bucket-notification-configuration) with this configuration, which keeps its other notifications.`;
  return mend(door, 'EventBridge is off', change, { ...configuration, EventBridgeConfiguration: {} });
}

function tellsQueue(door: Door, configuration: Configuration, filters: readonly Filter[]): Finding {
  const { queueArn } = door.config.door;
  const { QueueConfigurations = [], ...rest } = configuration;
  const own = QueueConfigurations.filter((each) => each.QueueArn === queueArn);
  const isThere = (filter: Filter) => own.some((each) => each.Events?.includes(CREATED) && hasFilter(each, filter));
  if (filters.every(isThere)) return ok(`to ${queueArn}`);
  const others = QueueConfigurations.filter((each) => !own.includes(each));
  const strangers = [...others, ...(rest.TopicConfigurations ?? []), ...(rest.LambdaFunctionConfigurations ?? [])];
  const found =
    own.length > 0
      ? 'the notification has other events or another filter than was deployed'
      : `no notification leads to the relay's queue, and ${strangers.length} lead elsewhere`;
  const change = `The notifications of bucket ${door.config.sourceBucket} were removed or replaced, perhaps by another team's deployment: set them again (aws s3api put-bucket-notification-configuration) with this configuration, which keeps the others. S3 refuses it if another one is about the same keys; let that go through EventBridge.`;
  const deployed = filters.map((filter) => ({ QueueArn: queueArn, Events: [CREATED], ...filterOf(filter) }));
  return mend(door, found, change, { ...rest, QueueConfigurations: [...others, ...deployed] });
}

/** S3 answers with names in any case. */
function hasFilter({ Filter }: QueueConfiguration, { prefix, suffix }: Filter): boolean {
  const rules = Filter?.Key?.FilterRules ?? [];
  const ruleOf = (name: string) => rules.find((rule) => rule.Name?.toLowerCase() === name)?.Value ?? '';
  return ruleOf('prefix') === prefix && ruleOf('suffix') === suffix;
}

function filterOf(filter: Filter): Pick<QueueConfiguration, 'Filter'> {
  const rules = (['prefix', 'suffix'] as const).filter((name) => filter[name] !== '');
  if (rules.length === 0) return {};
  return { Filter: { Key: { FilterRules: rules.map((Name) => ({ Name, Value: filter[Name] })) } } };
}
