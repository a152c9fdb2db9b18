import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { ChaosWorld } from './world.ts';

/**
 * Sends back what ended in the dead-letter queue by exhausted retries. What the relay itself has set aside there as hopeless stays:
 * no fault of a run is for good, so that was an error of judgement.
 * @returns how many were sent back
 */
export async function redriveExhausted(world: ChaosWorld): Promise<number> {
  const { sqs, queueUrl, deadLetterQueueUrl } = world;
  const exhausted = (await deadLetters(world)).filter(
    ({ Attributes }) => Attributes?.DeadLetterQueueSourceArn !== undefined,
  );
  for (const { Body, ReceiptHandle } of exhausted) {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: Body! }));
    await sqs.send(new DeleteMessageCommand({ QueueUrl: deadLetterQueueUrl, ReceiptHandle }));
  }
  return exhausted.length;
}

/** Everything in the dead-letter queue, left where it is. */
export async function deadLetters({ sqs, deadLetterQueueUrl: QueueUrl }: ChaosWorld): Promise<Message[]> {
  const found: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) break;
    found.push(...Messages);
  }
  for (const { ReceiptHandle } of found) {
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  }
  return found;
}

/** What the relay or SQS says about a dead letter. */
export function describeDeadLetter({ Body, MessageAttributes = {}, Attributes = {} }: Message): string {
  const told = Object.entries(MessageAttributes).map(([name, { StringValue }]) => `${name}: ${StringValue}`);
  return [...told, `received ${Attributes.ApproximateReceiveCount} times`, Body].join(', ');
}
