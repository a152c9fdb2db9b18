/** Publishes receipts as events on the default bus of EventBridge. */
import { PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { chunks } from '../core/chunks.ts';
import { asRelayError } from '../core/errors.ts';
import { isReserved } from '../core/reserved-keys.ts';
import type { Invocation, ReportedReceipt } from '../invocation/invocation.ts';
import type { FinalReceipt } from '../ledger/receipt.ts';
import type { RelayRequest } from '../request/relay-request.ts';

const DETAIL_TYPES = {
  delivered: 'Object Relayed',
  'already there': 'Object Already There',
  failed: 'Object Relay Failed',
} as const;

/** The most that one request takes: API_PutEvents. */
const EVENTS_PER_REQUEST = 10;
/** The time for events when an invocation has run out of time; part of what it keeps for its answer. */
const LATE_PUBLISH_MS = 1_000;

/**
 * Keeps a receipt for the next `publishEvents`, if `relay.events` asks for its kind and it is of no canary, which has alarms of its own. A
 * request for each would cost a small object as much as its HEAD.
 */
export function report({ config, reports }: Invocation, receipt: FinalReceipt): void {
  if (isReserved(receipt.source.key)) return;
  const { events } = config;
  if (events === 'all' || (events === 'failures' && receipt.status === 'failed')) reports.push(receipt);
}

/** Counts a receipt and publishes it at once, for an object that is alone in its execution. */
export async function publishNow(invocation: Invocation, request: RelayRequest, receipt: FinalReceipt): Promise<void> {
  invocation.metrics.count(request, receipt);
  report(invocation, receipt);
  await publishEvents(invocation);
}

/**
 * Publishes the receipts that are kept; each is the detail of an event. This comes before their messages are acknowledged, so that
 * the next invocation publishes them if this one dies. A request that fails is not repeated: the ledger is the record, and an
 * object is not relayed again because of a missing event.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export async function publishEvents(invocation: Invocation): Promise<void> {
  const { name } = invocation.config;
  const entries = invocation.reports.splice(0).map((receipt) => entryOf(name, receipt));
  await Promise.all(chunks(entries, EVENTS_PER_REQUEST).map((each) => putEvents(invocation, each)));
}

/** @param source the relay's name: its role may put events of no other */
function entryOf(source: string, receipt: ReportedReceipt): PutEventsRequestEntry {
  return { Source: source, DetailType: DETAIL_TYPES[receipt.status], Detail: JSON.stringify(receipt) };
}

async function putEvents({ clients, logger, signal }: Invocation, events: PutEventsRequestEntry[]): Promise<void> {
  const abortSignal = signal.aborted ? AbortSignal.timeout(LATE_PUBLISH_MS) : signal;
  try {
    const { Entries = [] } = await clients.eventBridge.send(new PutEventsCommand({ Entries: events }), { abortSignal });
    for (const { ErrorCode, ErrorMessage } of Entries) {
      if (ErrorCode) logger.warn('EventBridge did not take the event', { ErrorCode, ErrorMessage });
    }
  } catch (error) {
    const failure = asRelayError(error, { operation: 'PutEvents' }).toJSON();
    logger.warn('EventBridge did not take the events', { events: events.length, failure });
  }
}
