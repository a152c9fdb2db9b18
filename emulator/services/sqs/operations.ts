/** Every operation of the SQS API that is there: its parameters, and what it does. */
import { ApiError, type Caller } from '../../core/api.ts';
import { arnOf } from '../../core/partition.ts';
import type { JsonContent } from '../../protocols/aws-json.ts';
import { checkBatchSize, runBatch } from './batch.ts';
import { queueDoesNotExist } from './errors.ts';
import type { Input } from './input.ts';
import { md5OfAttributes, md5OfBody, messageSizeBytes, type OutgoingMessage } from './message.ts';
import { receivedMessageAnswer, selectSystemAttributes } from './message-answer.ts';
import { queueChanges } from './queue-attributes.ts';
import type { MoveTasks } from './state/move-tasks.ts';
import type { Queue } from './state/queue.ts';
import type { Queues } from './state/queues.ts';
import { senderIdOf } from './state/stored-message.ts';

/** One call: its parameters, who makes it, in which region, and what it works on. */
export interface Call {
  input: Input;
  caller: Caller;
  region: string;
  queues: Queues;
  moveTasks: MoveTasks;
}

interface Operation {
  parameters: readonly string[];
  run(call: Call): JsonContent | Promise<JsonContent>;
}

const SEND_PARAMETERS = ['MessageBody', 'DelaySeconds', 'MessageAttributes'];
const PAGE = ['MaxResults', 'NextToken'];

export const OPERATIONS: Record<string, Operation> = {
  SendMessage: {
    parameters: ['QueueUrl', ...SEND_PARAMETERS],
    run: (call) => sendOne(permitted(call, 'SendMessage'), call, outgoing(call.input)),
  },
  SendMessageBatch: {
    parameters: ['QueueUrl', 'Entries'],
    run: (call) => {
      const queue = permitted(call, 'SendMessage');
      const entries = call.input.inputs('Entries', ['Id', ...SEND_PARAMETERS]);
      checkBatchSize(entries.reduce((sum, entry) => sum + messageSizeBytes(outgoing(entry)), 0));
      return runBatch(entries, (entry) => sendOne(queue, call, outgoing(entry)));
    },
  },
  ReceiveMessage: {
    parameters: [
      'QueueUrl',
      'AttributeNames',
      'MessageSystemAttributeNames',
      'MessageAttributeNames',
      'MaxNumberOfMessages',
      'VisibilityTimeout',
      'WaitTimeSeconds',
    ],
    run: receive,
  },
  DeleteMessage: {
    parameters: ['QueueUrl', 'ReceiptHandle'],
    run: (call) => {
      permitted(call, 'DeleteMessage').delete(call.input.text('ReceiptHandle'));
      return undefined;
    },
  },
  DeleteMessageBatch: {
    parameters: ['QueueUrl', 'Entries'],
    run: (call) => {
      const queue = permitted(call, 'DeleteMessage');
      return runBatch(call.input.inputs('Entries', ['Id', 'ReceiptHandle']), (entry) => {
        queue.delete(entry.text('ReceiptHandle'));
        return {};
      });
    },
  },
  ChangeMessageVisibility: {
    parameters: ['QueueUrl', 'ReceiptHandle', 'VisibilityTimeout'],
    run: (call) => {
      changeVisibility(permitted(call, 'ChangeMessageVisibility'), call.input);
      return undefined;
    },
  },
  ChangeMessageVisibilityBatch: {
    parameters: ['QueueUrl', 'Entries'],
    run: (call) => {
      const queue = permitted(call, 'ChangeMessageVisibility');
      return runBatch(call.input.inputs('Entries', ['Id', 'ReceiptHandle', 'VisibilityTimeout']), (entry) => {
        changeVisibility(queue, entry);
        return {};
      });
    },
  },
  GetQueueUrl: {
    parameters: ['QueueName', 'QueueOwnerAWSAccountId'],
    run: (call) => {
      const account = call.input.optionalText('QueueOwnerAWSAccountId') ?? accountOf(call.caller);
      const queue = call.queues.queueByArn(
        arnOf('sqs', { account, region: call.region }, call.input.text('QueueName')),
      );
      if (!queue) throw queueDoesNotExist();
      call.queues.authorize(call.caller, 'GetQueueUrl', queue);
      return { QueueUrl: call.queues.urlOf(queue) };
    },
  },
  GetQueueAttributes: {
    parameters: ['QueueUrl', 'AttributeNames'],
    run: (call) => {
      const queue = permitted(call, 'GetQueueAttributes');
      const attributes = selectQueueAttributes(call.queues.attributesOf(queue), call.input.texts('AttributeNames'));
      return Object.keys(attributes).length > 0 ? { Attributes: attributes } : {};
    },
  },
  SetQueueAttributes: {
    parameters: ['QueueUrl', 'Attributes'],
    run: (call) => {
      const { input, region, queues } = call;
      const queue = permitted(call, 'SetQueueAttributes');
      const { settings, policy } = queueChanges(input.textMap('Attributes'), region, queues.directory);
      queues.updateQueue(queue, { ...queue.settings, ...settings });
      if (policy) queue.policy = policy.document;
      return undefined;
    },
  },
  ListQueues: {
    parameters: ['QueueNamePrefix', ...PAGE],
    run: (call) => {
      const account = accountOf(call.caller);
      call.queues.authorizeListing(call.caller, account, call.region);
      const prefix = call.input.optionalText('QueueNamePrefix') ?? '';
      const own = call.queues.all().filter((queue) => queue.account === account && queue.region === call.region);
      return urlPage(
        'QueueUrls',
        call,
        own.filter((queue) => queue.name.startsWith(prefix)),
      );
    },
  },
  ListDeadLetterSourceQueues: {
    parameters: ['QueueUrl', ...PAGE],
    run: (call) => urlPage('queueUrls', call, call.queues.sourcesOf(permitted(call, 'ListDeadLetterSourceQueues'))),
  },
  PurgeQueue: {
    parameters: ['QueueUrl'],
    run: (call) => {
      permitted(call, 'PurgeQueue').purge();
      return undefined;
    },
  },
  StartMessageMoveTask: {
    parameters: ['SourceArn', 'DestinationArn'],
    run: ({ input, caller, moveTasks }) => {
      const { taskHandle } = moveTasks.start(caller, input.text('SourceArn'), input.optionalText('DestinationArn'));
      return { TaskHandle: taskHandle };
    },
  },
  ListMessageMoveTasks: {
    parameters: ['SourceArn', 'MaxResults'],
    run: ({ input, caller, moveTasks }) => {
      const tasks = moveTasks.list(caller, input.text('SourceArn'), input.integerWithin('MaxResults', 1, 10, 1));
      return { Results: tasks };
    },
  },
};

/** The queue that the call names, in the region that it was signed for. @throws ApiError QueueDoesNotExist, AccessDenied */
function permitted({ input, caller, region, queues }: Call, operation: string): Queue {
  const queue = queues.queueByUrl(input.text('QueueUrl'), region);
  if (!queue) throw queueDoesNotExist();
  queues.authorize(caller, operation, queue);
  return queue;
}

function accountOf({ principal }: Caller): string {
  if (principal.kind === 'anonymous' || principal.kind === 'service') {
    throw new ApiError(
      'AccessDenied',
      403,
      'Only the user, role or root of an account can list or look up queues by name.',
    );
  }
  return principal.account;
}

function outgoing(input: Input): OutgoingMessage {
  const attributes = input.messageAttributes('MessageAttributes');
  return { body: input.text('MessageBody'), attributes, delaySeconds: input.optionalInteger('DelaySeconds') };
}

function sendOne(queue: Queue, { caller }: Call, message: OutgoingMessage): Record<string, unknown> {
  const { messageId } = queue.send(message, senderIdOf(caller.principal));
  return {
    MessageId: messageId,
    MD5OfMessageBody: md5OfBody(message.body),
    MD5OfMessageAttributes: md5OfAttributes(message.attributes ?? {}),
  };
}

async function receive(call: Call): Promise<JsonContent> {
  const { input } = call;
  const queue = permitted(call, 'ReceiveMessage');
  const systemNames = [...input.texts('AttributeNames'), ...input.texts('MessageSystemAttributeNames')];
  const select = selectSystemAttributes(systemNames);
  const messages = await queue.receive({
    maxMessages: input.optionalInteger('MaxNumberOfMessages') ?? 1,
    visibilityTimeoutSeconds: input.optionalInteger('VisibilityTimeout'),
    waitTimeSeconds: input.optionalInteger('WaitTimeSeconds'),
  });
  if (messages.length === 0) return {};
  const attributeNames = input.texts('MessageAttributeNames');
  return { Messages: messages.map((message) => receivedMessageAnswer(message, select, attributeNames)) };
}

function changeVisibility(queue: Queue, input: Input): void {
  queue.changeVisibility(input.text('ReceiptHandle'), input.integer('VisibilityTimeout'));
}

/** Attributes that exist in the API but aren't set on a queue are left out; the FIFO ones never are. */
const OPTIONAL_ATTRIBUTES = [
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
];

function selectQueueAttributes(all: Record<string, string>, names: string[]): Record<string, string> {
  if (names.includes('All')) return all;
  const unknown = names.find((name) => !(name in all) && !OPTIONAL_ATTRIBUTES.includes(name));
  if (unknown !== undefined) throw new ApiError('InvalidAttributeName', 400, `Unknown Attribute ${unknown}.`);
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

/** A page of queue URLs; the token is the position to go on from. Without MaxResults a list ends at 1,000 (ListQueues). */
function urlPage(member: string, { input, queues }: Call, found: Queue[]): JsonContent {
  const maxResults = input.integerWithin('MaxResults', 1, 1000, 1000);
  const token = input.optionalText('NextToken');
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
  if (!Number.isInteger(start)) throw new ApiError('InvalidParameterValue', 400, 'Invalid or expired next token.');
  const page = found.slice(start, start + maxResults);
  const end = start + page.length;
  return {
    ...(page.length > 0 ? { [member]: page.map((queue) => queues.urlOf(queue)) } : {}),
    ...(end < found.length ? { NextToken: Buffer.from(String(end)).toString('base64') } : {}),
  };
}
