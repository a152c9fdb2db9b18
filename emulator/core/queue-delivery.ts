/** Messages that a service sends into a queue on a customer's behalf. What can't be delivered is kept and reported, never dropped unseen. */
import type { Caller, ContextKeys } from './api.ts';
import type { MessageAttributes } from './queue-message.ts';

/** The part of SqsService that is needed here. */
export interface QueueSender {
  sendMessage(
    caller: Caller,
    queueArn: string,
    message: { body: string; attributes?: MessageAttributes; context?: ContextKeys },
  ): { messageId: string };
}

export interface DeliveryFailure {
  /** The bucket or the rule. */
  sourceArn: string;
  queueArn: string;
  body: string;
  error: Error;
}

export interface Delivery {
  /** e.g. `s3.amazonaws.com` */
  service: string;
  sourceArn: string;
  sourceAccount: string;
  queueArn: string;
  body: string;
  attributes?: MessageAttributes;
}

/** Sends as the service principal, telling the queue's policy for whom. @throws ApiError when the queue is missing or refuses */
export function send(sqs: QueueSender, delivery: Delivery): void {
  const { service, sourceArn, sourceAccount, queueArn, body, attributes } = delivery;
  const caller: Caller = { principal: { kind: 'service', service }, context: { 'aws:SecureTransport': 'true' } };
  sqs.sendMessage(caller, queueArn, {
    body,
    ...(attributes && { attributes }),
    context: { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': sourceAccount },
  });
}

/**
 * Sends, and on refusal records and reports the failure instead of throwing: nobody waits for a notification.
 * @returns the failure, if it is one
 */
export function sendOrRecord(
  sqs: QueueSender,
  delivery: Delivery,
  failures: DeliveryFailure[],
  onFailure: (failure: DeliveryFailure) => void,
): DeliveryFailure | undefined {
  try {
    send(sqs, delivery);
    return undefined;
  } catch (cause) {
    const { sourceArn, queueArn, body } = delivery;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const failure = { sourceArn, queueArn, body, error };
    failures.push(failure);
    onFailure(failure);
    return failure;
  }
}
