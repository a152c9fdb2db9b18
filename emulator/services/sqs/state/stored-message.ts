/** A message as a queue keeps it. Times are milliseconds since the epoch. */
import type { Principal } from '../../../core/api.ts';
import type { MessageAttributes, ReceivedMessage } from '../../../core/queue-message.ts';
import { md5OfBody } from '../message.ts';

export interface StoredMessage {
  messageId: string;
  body: string;
  attributes: MessageAttributes;
  senderId: string;
  sentAt: number;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt?: number;
  /** The latest receive in this queue; earlier receipts no longer count. */
  receipt?: { id: string; receivedAt: number };
  deadLetterSourceArn?: string;
}

/** What a receiver gets to see. */
export function receivedMessage(message: StoredMessage, receiptHandle: string): ReceivedMessage {
  return {
    messageId: message.messageId,
    receiptHandle,
    body: message.body,
    md5OfBody: md5OfBody(message.body),
    attributes: {
      SenderId: message.senderId,
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.receiveCount),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      ...(message.deadLetterSourceArn ? { DeadLetterQueueSourceArn: message.deadLetterSourceArn } : {}),
    },
    messageAttributes: message.attributes,
  };
}

/** What SQS reports as SenderId: the unique id of whoever sent the message. */
export function senderIdOf(principal: Principal): string {
  switch (principal.kind) {
    case 'user':
      return principal.userId;
    case 'session':
      return `${principal.roleId}:${principal.sessionName}`;
    case 'root':
      return principal.account;
    case 'service':
      return principal.service;
    case 'anonymous':
      return 'anonymous';
  }
}
