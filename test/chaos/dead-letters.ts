import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { DELETED_KEYS } from './uploads.ts';
import type { ChaosWorld } from './world.ts';

/** What relay-large begins afresh, three times at most, since each may move terabytes: functions/large/end-with-failure.ts. */
const BEGUN_AFRESH = ['UploadGone', 'ChecksumRefused', 'TransferFailed'];
const MAX_BEGUN = 3;

/** What is known of the faults that met a key. */
export interface Met {
  /** Whether an answer about it was damaged. */
  isMisled: (key: string) => boolean;
  faults: (key: string) => number;
}

/**
 * Sends back what ended in the dead-letter queue by exhausted retries, what relay-large has begun three times and met a fault each time,
 * and what was set aside after an error whose code a flipped bit had made another one. What the relay itself has set aside there as
 * hopeless otherwise stays: no fault of a run is for good, so that was an error of judgement.
 * @returns how many were sent back
 */
export async function redrive(world: ChaosWorld, { isMisled, faults }: Met): Promise<number> {
  const { sqs, queueUrl, deadLetterQueueUrl } = world;
  const sentBack = (await deadLetters(world)).filter((letter) => {
    const setAside = setAsideOf(letter);
    if (setAside?.key !== undefined) {
      const isExhausted = BEGUN_AFRESH.includes(setAside.code) && faults(setAside.key) >= MAX_BEGUN;
      return !isOfDelete(setAside) && (isExhausted || isMisled(setAside.key));
    }
    return letter.Attributes?.DeadLetterQueueSourceArn !== undefined;
  });
  for (const { Body, ReceiptHandle } of sentBack) {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: Body! }));
    await sqs.send(new DeleteMessageCommand({ QueueUrl: deadLetterQueueUrl, ReceiptHandle }));
  }
  return sentBack.length;
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

/** A dead letter that the relay has set aside, with its reason. */
export interface SetAside {
  key: string | undefined;
  code: string;
  reason: string;
}

/** @returns undefined for one that comes from elsewhere */
export function setAsideOf({ Body, MessageAttributes = {} }: Message): SetAside | undefined {
  const { ErrorCode, ErrorMessage } = MessageAttributes;
  if (ErrorCode?.StringValue === undefined) return undefined;
  return { key: keyOf(Body!), code: ErrorCode.StringValue, reason: ErrorMessage?.StringValue ?? '' };
}

/** What a delete may rightly end in: a key that was never delivered before it, or whose right version account B must put back. */
const OF_DELETES = ['SourceMissing', 'Superseded'];

export function isOfDelete({ key, code }: SetAside): boolean {
  return key !== undefined && DELETED_KEYS.test(key) && OF_DELETES.includes(code);
}

/** Of a notification of S3, or of a message that the relay itself sends. */
function keyOf(body: string): string | undefined {
  const { Records, key } = JSON.parse(body) as { Records?: { s3: { object: { key: string } } }[]; key?: string };
  const encoded = Records?.[0]?.s3.object.key;
  return encoded === undefined ? key : decodeURIComponent(encoded.replaceAll('+', ' '));
}

/** What the relay or SQS says about a dead letter. */
export function describeDeadLetter({ Body, MessageAttributes = {}, Attributes = {} }: Message): string {
  const told = Object.entries(MessageAttributes).map(([name, { StringValue }]) => `${name}: ${StringValue}`);
  return [...told, `received ${Attributes.ApproximateReceiveCount} times`, Body].join(', ');
}
