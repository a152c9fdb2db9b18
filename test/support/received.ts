/** Messages of SQS as Lambda hands them to the relay, for tests in which no queue feeds it. */
import type { Message } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { TwoAccounts } from './two-accounts.ts';

/** What the relay's queue holds just now. */
export async function receivedRecords(world: TwoAccounts): Promise<SQSRecord[]> {
  return (await world.take(world.cloud.outputs('upload-relay-source')['QueueUrl']!)).map(sqsRecord);
}

/** Also as a redrive brings it back: SQS keeps body and attributes. */
export function sqsRecord({ MessageId, Body, MessageAttributes = {} }: Message): SQSRecord {
  const attributes = Object.entries(MessageAttributes);
  return {
    eventSource: 'aws:sqs',
    messageId: MessageId,
    receiptHandle: 'taken',
    body: Body,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
    messageAttributes: Object.fromEntries(
      attributes.map(([name, { StringValue }]) => [name, { stringValue: StringValue }]),
    ),
  } as unknown as SQSRecord;
}
