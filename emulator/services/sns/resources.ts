/** AWS::SNS::*: topics, who may publish to them, and who is told. */
import { z } from 'zod';
import type { PrincipalIds } from '../../authorization/principal.ts';
import { resourcePolicy } from '../../templates/resource-policy.ts';
import {
  type DeployContext,
  harmless,
  physicalName,
  policyDocument,
  type ResourceTypes,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import { topicDisplayName, topicName } from '../../templates/texts.ts';
import type { Topics } from './store.ts';

/** What these resources are made in. */
export interface Services {
  topics: Topics;
  directory: PrincipalIds;
}
type Context = DeployContext<Services>;

const Topic = z.strictObject({
  TopicName: topicName.optional(),
  DisplayName: harmless('a text for people', topicDisplayName),
  Tags: tags,
});

const TopicPolicy = z.strictObject({ Topics: z.array(z.string()).min(1), PolicyDocument: policyDocument });

const Subscription = z.strictObject({ TopicArn: z.string(), Protocol: z.literal('email'), Endpoint: z.email() });

export const snsTypes: ResourceTypes<Services> = {
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

function setTopicPolicy({ Topics, PolicyDocument }: z.output<typeof TopicPolicy>, context: Context): void {
  const policy = resourcePolicy('topic policy', PolicyDocument, context);
  const topics = Topics.map((arn) => context.services.topics.get(arn));
  for (const topic of topics) topic.policy = policy;
}

function resetTopicPolicy({ Topics }: z.output<typeof TopicPolicy>, { services: { topics } }: Context): void {
  for (const arn of Topics) if (topics.arns().includes(arn)) topics.resetPolicy(arn);
}
