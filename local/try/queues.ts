/** Reads the queues of the relay. */
import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { chunks } from '../../functions/core/chunks.ts';
import type { World } from './world.ts';

const PER_REQUEST = 10;
/** So long a message is not received twice; if this program is killed meanwhile, it is visible again afterwards. */
const HIDDEN_SECONDS = 30;

export async function queueUrl({ a }: World, QueueName: string): Promise<string> {
  const { QueueUrl } = await a.sqs.send(new GetQueueUrlCommand({ QueueName }));
  return QueueUrl!;
}

/** All messages of a queue, which stay there. */
export async function peek(world: World, name: string): Promise<Message[]> {
  const { sqs } = world.a;
  const QueueUrl = await queueUrl(world, name);
  const messages: Message[] = [];
  try {
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: PER_REQUEST,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['SentTimestamp'],
          VisibilityTimeout: HIDDEN_SECONDS,
        }),
      );
      if (Messages.length === 0) return messages;
      messages.push(...Messages);
    }
  } finally {
    for (const some of chunks(messages, PER_REQUEST)) {
      const Entries = some.map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: 0,
      }));
      await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    }
  }
}
