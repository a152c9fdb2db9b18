import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { RelayError } from '../errors.ts';
import type { Invocation } from './relay.ts';

/** SQS takes no control characters but tab, newline and return, and these messages quote keys: API_SendMessage. */
const NOT_TAKEN = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Attributes count towards the message's size; the whole reason also stands in the log. */
const REASON_CHARACTERS = 2048;

/** Puts a message that no retry can help where people look for it: unchanged, with the reason in its attributes, and whether something may have been written. */
export async function sendToDeadLetterQueue(
  invocation: Invocation,
  { body, messageId, isUncertain }: Pick<SQSRecord, 'body' | 'messageId'> & { isUncertain: boolean },
  failure: RelayError,
): Promise<void> {
  await invocation.clients.sqs.send(
    new SendMessageCommand({
      QueueUrl: invocation.config.deadLetterQueueUrl,
      MessageBody: body,
      MessageAttributes: {
        ErrorCode: { DataType: 'String', StringValue: failure.code },
        ErrorMessage: { DataType: 'String', StringValue: attributeText(failure.message) },
        OriginalMessageId: { DataType: 'String', StringValue: messageId },
        ...(isUncertain && { Uncertain: { DataType: 'String', StringValue: 'yes' } }),
      },
    }),
  );
}

function attributeText(text: string): string {
  return text.slice(0, REASON_CHARACTERS).replace(NOT_TAKEN, '\ufffd');
}
