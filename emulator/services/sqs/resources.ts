/** AWS::SQS::*: queues and their policies. */
import { z } from 'zod';
import type { PrincipalIds } from '../../authorization/principal.ts';
import { resourcePolicy } from '../../templates/resource-policy.ts';
import {
  boolean,
  type DeployContext,
  integer,
  physicalName,
  policyDocument,
  type ResourceTypes,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import { queueName } from '../../templates/texts.ts';
import { queueDoesNotExist } from './errors.ts';
import type { SqsService } from './service.ts';
import type { RedriveAllowPolicy } from './state/queue-settings.ts';

/** What these resources are made in. */
export interface Services {
  sqs: SqsService;
  directory: PrincipalIds;
}
type Context = DeployContext<Services>;

const Queue = z.strictObject({
  QueueName: queueName.optional(),
  VisibilityTimeout: integer(0, 43_200).optional(),
  MessageRetentionPeriod: integer(60, 1_209_600).optional(),
  ReceiveMessageWaitTimeSeconds: integer(0, 20).optional(),
  DelaySeconds: integer(0, 900).optional(),
  MaximumMessageSize: integer(1024, 1_048_576).optional(),
  RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: integer(1, 1000) }).optional(),
  RedriveAllowPolicy: z
    .strictObject({
      redrivePermission: z.enum(['allowAll', 'denyAll', 'byQueue']),
      sourceQueueArns: z.array(z.string()).optional(),
    })
    .optional(),
  SqsManagedSseEnabled: boolean.optional(),
  KmsMasterKeyId: z.string().optional(),
  KmsDataKeyReusePeriodSeconds: integer(60, 86_400).optional(),
  Tags: tags,
});

const QueuePolicy = z.strictObject({ Queues: z.array(z.string()).min(1), PolicyDocument: policyDocument });

export const sqsTypes: ResourceTypes<Services> = {
  'AWS::SQS::Queue': resourceType(Queue, {
    named: 'QueueName',
    replacedBy: ['QueueName'],
    create: (properties, context) => {
      const { services } = context;
      const name = properties.QueueName ?? physicalName(context, 80);
      const queue = services.sqs.createQueue(settingsOf(name, properties, context));
      const url = services.sqs.urlOf(queue);
      return { ref: url, attributes: { Arn: queue.arn, QueueName: queue.name, QueueUrl: url } };
    },
    update: {
      properties: Object.keys(Queue.shape) as (keyof z.output<typeof Queue>)[],
      run: ({ attributes }, properties, context) => {
        const { sqs } = context.services;
        const queue = sqs.queueByArn(attributes['Arn']!);
        if (!queue) throw queueDoesNotExist();
        sqs.updateQueue(queue, settingsOf(queue.name, properties, context));
      },
    },
    remove: ({ attributes }, { services: { sqs } }) => {
      if (sqs.queueByArn(attributes['Arn']!)) sqs.deleteQueue(attributes['Arn']!);
    },
  }),

  'AWS::SQS::QueuePolicy': resourceType(QueuePolicy, {
    replacedBy: [],
    create: (properties, context) => {
      setPolicy(properties, context);
      return { ref: physicalName(context), attributes: {} };
    },
    update: {
      properties: ['Queues', 'PolicyDocument'],
      run: (made, properties, context) => {
        removePolicy(made.properties, context);
        setPolicy(properties, context);
      },
    },
    remove: ({ properties }, context) => removePolicy(properties, context),
  }),
};

function setPolicy({ Queues, PolicyDocument }: z.output<typeof QueuePolicy>, context: Context): void {
  const policy = resourcePolicy('queue policy', PolicyDocument, context);
  for (const url of Queues) context.services.sqs.setQueuePolicy(url, policy, context.region);
}

function removePolicy({ Queues }: z.output<typeof QueuePolicy>, { region, services: { sqs } }: Context): void {
  for (const url of Queues) if (sqs.queueByUrl(url, region)) sqs.setQueuePolicy(url, undefined, region);
}

function settingsOf(name: string, properties: z.output<typeof Queue>, { account, region }: Context) {
  const allow = properties.RedriveAllowPolicy;
  const settings = {
    visibilityTimeoutSeconds: properties.VisibilityTimeout,
    messageRetentionSeconds: properties.MessageRetentionPeriod,
    receiveWaitTimeSeconds: properties.ReceiveMessageWaitTimeSeconds,
    delaySeconds: properties.DelaySeconds,
    maximumMessageSizeBytes: properties.MaximumMessageSize,
    redrive: properties.RedrivePolicy,
    redriveAllow: allow && ({ sourceQueueArns: [], ...allow } as RedriveAllowPolicy),
    sqsManagedSseEnabled: properties.SqsManagedSseEnabled,
    kmsMasterKeyId: properties.KmsMasterKeyId,
    kmsDataKeyReusePeriodSeconds: properties.KmsDataKeyReusePeriodSeconds,
  };
  return { account, region, name, ...given(settings) };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The settings that the template names: the others keep their defaults. */
function given<T extends Record<string, unknown>>(settings: T): Given<T> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Given<T>;
}
