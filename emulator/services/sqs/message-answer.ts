/** A received message in the shape of the API, with just the attributes that the receiver asked for. */
import { ApiError } from '../../core/api.ts';
import type { MessageAttributes, ReceivedMessage } from '../../core/queue-message.ts';
import { md5OfAttributes } from './message.ts';

const SYSTEM_ATTRIBUTES = [
  'All',
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SequenceNumber',
  'MessageDeduplicationId',
  'MessageGroupId',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
];

type Select = (attributes: Record<string, string>) => Record<string, string>;

/** @throws ApiError InvalidAttributeName, before anything is received */
export function selectSystemAttributes(names: string[]): Select {
  const unknown = names.find((name) => !SYSTEM_ATTRIBUTES.includes(name));
  if (unknown !== undefined) throw new ApiError('InvalidAttributeName', 400, `Unknown Attribute ${unknown}.`);
  if (names.includes('All')) return (attributes) => attributes;
  return (attributes) => Object.fromEntries(Object.entries(attributes).filter(([name]) => names.includes(name)));
}

/** `All` and `.*` ask for every message attribute, `prefix.*` for those that begin so; names that don't exist are passed over. */
function selectMessageAttributes(attributes: MessageAttributes, names: string[]): MessageAttributes {
  const wanted = (attribute: string) =>
    names.some(
      (name) =>
        name === 'All' || name === attribute || (name.endsWith('.*') && attribute.startsWith(name.slice(0, -2))),
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => wanted(name)));
}

/** The digest covers the message attributes that are handed out, not all that there are. */
export function receivedMessageAnswer(message: ReceivedMessage, select: Select, attributeNames: string[]): object {
  const systemAttributes = select(message.attributes);
  const messageAttributes = selectMessageAttributes(message.messageAttributes, attributeNames);
  const some = Object.keys(messageAttributes).length > 0;
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.md5OfBody,
    Body: message.body,
    ...(Object.keys(systemAttributes).length > 0 ? { Attributes: systemAttributes } : {}),
    ...(some ? { MD5OfMessageAttributes: md5OfAttributes(messageAttributes) } : {}),
    ...(some ? { MessageAttributes: attributesAnswer(messageAttributes) } : {}),
  };
}

function attributesAnswer(attributes: MessageAttributes): object {
  const entries = Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => {
    return [name, { DataType: dataType, StringValue: stringValue, BinaryValue: binaryValue?.toString('base64') }];
  });
  return Object.fromEntries(entries);
}
