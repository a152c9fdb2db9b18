/** `npm run try -- dead-letters`, and the wait until the queue is empty. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { relayNames } from '../../infra/names.ts';
import { keysOf, reasonOf } from '../start/dead-letters.ts';
import { printable } from '../start/text.ts';
import type { World } from './world.ts';

const LOOK_EVERY_MS = 200;
const PATIENCE_MS = 60_000;
const COUNTS: QueueAttributeName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

/** Shows what lies in the dead-letter queue, and why; it stays there. */
export async function deadLetters({ a, config }: World): Promise<void> {
  const { QueueUrl } = await a.sqs.send(new GetQueueUrlCommand({ QueueName: relayNames(config).deadLetterQueue }));
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
}

/** Waits until the queue is empty, for a minute at most: retries may take longer. */
export async function queueDrained({ a, config }: World): Promise<void> {
  const { QueueUrl } = await a.sqs.send(new GetQueueUrlCommand({ QueueName: relayNames(config).queue }));
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { Attributes = {} } = await a.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: COUNTS }));
    if (COUNTS.every((name) => Attributes[name] === '0') || Date.now() > deadline) return;
    await sleep(LOOK_EVERY_MS);
  }
}
