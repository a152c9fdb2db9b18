/** Sends a message to the dead-letter queue, with the reason. */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { RelayError } from '../core/errors.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { namesText } from './message-history.ts';

/** SQS takes no control characters but tab, newline and return, and these messages quote keys: API_SendMessage. */
const NOT_TAKEN = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Attributes count towards the message's size; the whole reason also stands in the log. */
const REASON_CHARACTERS = 2048;

export interface DeadLetter extends Pick<SQSRecord, 'body' | 'messageId'> {
  /** Those that it is left to go, where it went others well; all, unless given. */
  routes?: readonly string[];
  /** Whether something may have been written that none has put right since. */
  isUncertain: boolean;
}

/** Puts a message that no retry can help where people look for it: unchanged, with the reason, or one for each route, in its attributes: there is one at least. */
export async function sendToDeadLetterQueue(
  invocation: Invocation,
  { body, messageId, routes = [], isUncertain }: DeadLetter,
  failures: readonly RelayError[],
): Promise<void> {
  const reasons = new Set(failures.map(({ message }) => message));
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  await invocation.clients.sqs.send(
    new SendMessageCommand({
      QueueUrl: invocation.config.deadLetterQueueUrl,
      MessageBody: body,
      MessageAttributes: {
        ErrorCode: text(failures[0]!.code),
        ErrorMessage: text(attributeText([...reasons].join(' '))),
        OriginalMessageId: text(messageId),
        ...(routes.length > 0 && { Routes: text(namesText(routes)) }),
        ...(isUncertain && { Uncertain: text('yes') }),
      },
    }),
  );
}

function attributeText(text: string): string {
  return text.slice(0, REASON_CHARACTERS).replace(NOT_TAKEN, '\ufffd');
}
