import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { asRelayError } from '../errors.ts';
import type { FailedReceipt, Receipt } from './receipt.ts';
import type { Invocation } from './relay.ts';

/** The `source` of our events: the function may put no others (`infra/contract.ts`). */
const EVENT_SOURCE = 'upload-relay';

const DETAIL_TYPES = { delivered: 'Object Relayed', failed: 'Object Relay Failed' } as const;

/**
 * Tells EventBridge's default bus; the receipt is the event's detail. Sent at most once per receipt and not repeated:
 * the ledger is the record, and an object is not relayed again for want of an event.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export async function report(invocation: Invocation, receipt: Receipt | FailedReceipt): Promise<void> {
  const { clients, logger, signal } = invocation;
  const entry = {
    Source: EVENT_SOURCE,
    DetailType: DETAIL_TYPES[receipt.status],
    Detail: JSON.stringify(receipt),
  };
  try {
    const command = new PutEventsCommand({ Entries: [entry] });
    const { Entries } = await clients.eventBridge.send(command, { abortSignal: signal });
    const { ErrorCode, ErrorMessage } = Entries?.[0] ?? {};
    if (ErrorCode) logger.warn('EventBridge did not take the event', { ErrorCode, ErrorMessage });
  } catch (error) {
    logger.warn('EventBridge did not take the event', {
      failure: asRelayError(error, { operation: 'PutEvents' }).toJSON(),
    });
  }
}
