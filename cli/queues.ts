/** Reads the queues of a relay. */
import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { chunks } from '../functions/core/chunks.ts';
import type { Relay } from './relay.ts';
import { atEnding } from './terminal/ending.ts';
import { Failure } from './terminal/user-error.ts';

type Queues = Pick<Relay, 'sqs'>;

const PER_REQUEST = 10;
/** So long a message is not received twice; if this program is killed meanwhile, it is visible again afterwards. */
const HIDDEN_SECONDS = 30;
/** A receive that doesn't wait asks some of the servers only, and may find nothing in a queue that isn't empty. */
const WAIT_SECONDS = 1;
const COUNTS: QueueAttributeName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

export interface Counts {
  waiting: number;
  underWay: number;
  delayed: number;
}

export async function queueUrl({ sqs }: Queues, QueueName: string): Promise<string> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  return QueueUrl!;
}

/** How many messages a queue has; SQS doesn't know it exactly. */
export async function countsOf(queues: Queues, name: string): Promise<Counts> {
  const command = new GetQueueAttributesCommand({ QueueUrl: await queueUrl(queues, name), AttributeNames: COUNTS });
  const { Attributes } = await queues.sqs.send(command);
  if (!Attributes) throw new Failure(`The queue ${name} tells no numbers.`);
  const [waiting, underWay, delayed] = COUNTS.map((count) => Number(Attributes[count])) as [number, number, number];
  return { waiting, underWay, delayed };
}

export function sumOf({ waiting, underWay, delayed }: Counts): number {
  return waiting + underWay + delayed;
}

/** Up to so many messages of a queue. They stay there, and others see them again at once. */
export async function peek(queues: Queues, name: string, most: number): Promise<Message[]> {
  const QueueUrl = await queueUrl(queues, name);
  const seen = new Map<string, Message>();
  const giveBack = atEnding(() => showAgain(queues, QueueUrl, [...seen.values()]));
  try {
    while (seen.size < most) {
      const received = await receiveSome(queues, QueueUrl, Math.min(PER_REQUEST, most - seen.size));
      const isNew = received.some(({ MessageId }) => !seen.has(MessageId!));
      // The newest handle is the one that counts.
      for (const message of received) seen.set(message.MessageId!, message);
      // What was hidden first comes again: that was all.
      if (!isNew) break;
    }
    return [...seen.values()];
  } finally {
    await giveBack();
  }
}

async function receiveSome({ sqs }: Queues, QueueUrl: string, MaxNumberOfMessages: number): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['SentTimestamp'],
      VisibilityTimeout: HIDDEN_SECONDS,
      WaitTimeSeconds: WAIT_SECONDS,
    }),
  );
  return Messages;
}

async function showAgain({ sqs }: Queues, QueueUrl: string, messages: readonly Message[]): Promise<void> {
  for (const some of chunks(messages, PER_REQUEST)) {
    const Entries = some.map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
}
