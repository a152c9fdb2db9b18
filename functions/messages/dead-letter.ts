/** Sends a message to the dead-letter queue, with the reason. */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { RelayError } from '../core/errors.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { namesText } from './message-history.ts';

/** SQS takes no control characters except tab, newline and return, and reasons quote keys: API_SendMessage. */
const NOT_TAKEN = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Attributes count towards the message's size. The log has the whole reason. */
const REASON_CHARACTERS = 2048;

export interface DeadLetter extends Pick<SQSRecord, 'body' | 'messageId'> {
  /** The routes that failed, if others were successful; all, unless given. */
  routes?: readonly string[];
  /** Whether something may have been written that no later attempt has put right. */
  isUncertain: boolean;
}

/**
 * The body stays as it was; the reasons are in the attributes.
 * @param failures at least one; each route may have its own
 */
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
