/** A message as a queue hands it out: SQS makes it, Lambda passes it on to functions. */
export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, with an optional label of one's own after a dot. */
  dataType: string;
  stringValue?: string;
  binaryValue?: Buffer;
}

export type MessageAttributes = Record<string, MessageAttribute>;

export type SystemAttributes = {
  SenderId: string;
  /** Milliseconds since the epoch, as text. */
  SentTimestamp: string;
  ApproximateReceiveCount: string;
  ApproximateFirstReceiveTimestamp: string;
  /** The queue that this message came from, on a message that has been moved to a dead-letter queue. */
  DeadLetterQueueSourceArn?: string;
};

export interface ReceivedMessage {
  messageId: string;
  receiptHandle: string;
  body: string;
  md5OfBody: string;
  /** The system attributes, all of them. */
  attributes: SystemAttributes;
  messageAttributes: MessageAttributes;
}
