import { GetQueueUrlCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { DEAD_LETTER_QUEUE_NAME } from '../../infra/contract.ts';
import { keysOf, reasonOf } from '../start/dead-letters.ts';
import { printable } from '../start/text.ts';
import type { World } from './world.ts';

/** Shows what lies in the dead-letter queue, and why; it stays there. */
export async function deadLetters({ a }: World): Promise<boolean> {
  const { QueueUrl } = await a.sqs.send(new GetQueueUrlCommand({ QueueName: DEAD_LETTER_QUEUE_NAME }));
  const { Messages = [] } = await a.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
      VisibilityTimeout: 0,
    }),
  );
  for (const message of Messages) {
    process.stdout.write(`${printable(keysOf(message).join(', '))}\n  ${reasonOf(message)}\n`);
  }
  if (Messages.length === 0) process.stdout.write('There are no dead letters.\n');
  return true;
}
