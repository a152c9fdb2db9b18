/** The event that a function gets for messages of a queue, and what its answer says about each of them. */
import type { ReceivedMessage } from '../../core/queue-message.ts';

/** The event of Lambda's SQS integration (Developer Guide, "Using Lambda with Amazon SQS"). */
export function sqsEvent(messages: readonly ReceivedMessage[], queueArn: string) {
  const awsRegion = queueArn.split(':')[3];
  return {
    Records: messages.map((message) => ({
      messageId: message.messageId,
      receiptHandle: message.receiptHandle,
      body: message.body,
      attributes: message.attributes,
      messageAttributes: attributesOf(message),
      md5OfBody: message.md5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion,
    })),
  };
}

/**
 * The ids of the messages that are to come again. A batch fails as a whole when the function failed, and when its report
 * can't be read or names what wasn't in the batch; an empty or missing report means that all went well
 * (Developer Guide, "Implementing partial batch responses").
 */
export function failedMessageIds(
  answer: { failed: boolean; payload: string },
  messageIds: readonly string[],
  reportBatchItemFailures: boolean,
): Set<string> {
  if (answer.failed) return new Set(messageIds);
  if (!reportBatchItemFailures) return new Set();

  const report: unknown = JSON.parse(answer.payload);
  if (report === null) return new Set();
  if (typeof report !== 'object') return new Set(messageIds);
  const failures = (report as { batchItemFailures?: unknown }).batchItemFailures ?? [];
  if (!Array.isArray(failures)) return new Set(messageIds);

  const named = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  const known = (id: unknown): id is string => typeof id === 'string' && messageIds.includes(id);
  return new Set(named.every(known) ? named : messageIds);
}

function attributesOf(message: ReceivedMessage) {
  return Object.fromEntries(
    Object.entries(message.messageAttributes).map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      {
        ...(stringValue !== undefined && { stringValue }),
        ...(binaryValue !== undefined && { binaryValue: binaryValue.toString('base64') }),
        stringListValues: [],
        binaryListValues: [],
        dataType,
      },
    ]),
  );
}
