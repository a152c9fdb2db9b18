/** An item of the ledger: one per route and key, as it is written and read. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Invocation } from '../invocation/invocation.ts';
import type { AlreadyThereReceipt, FailedReceipt, FinalReceipt, Receipt } from './receipt.ts';

/** Sequencers are hex of varying length: comparable as text once padded on the right. Room for twice the longest seen. */
const SEQUENCER_CHARACTERS = 64;
/** Keeps the item far below DynamoDB's 400 KB; the log has the whole reason. */
const REASON_CHARACTERS = 1024;

type Fact = string | number | undefined;

/** What the ledger says of a route and key; of what took the place of a delivery and carries it on, what it says of that one. */
export interface Item {
  status: string | undefined;
  /** Whether it is only carried on. */
  isCarried?: true;
  versionId: string | undefined;
  eTag: string | undefined;
  sequencer: string | undefined;
  startedAt: string | undefined;
  /** Milliseconds; what it speaks of was written before. */
  recordedAt: number;
}

/** In the form in which sequencers compare as text. */
export function comparable(sequencer: string | undefined): string | undefined {
  return sequencer?.padEnd(SEQUENCER_CHARACTERS, '0');
}

export function readItem(item: Record<string, AttributeValue>): Item {
  const text = (name: string) => item[name]?.S;
  const startedAt = text('startedAt');
  const carried = text('deliveredETag');
  if (carried !== undefined) {
    return {
      status: 'delivered',
      isCarried: true,
      versionId: text('deliveredVersionId'),
      eTag: carried,
      sequencer: text('deliveredSequencer'),
      startedAt,
      recordedAt: Number(item['deliveredAt']?.N),
    };
  }
  return {
    status: text('status'),
    versionId: text('sourceVersionId'),
    eTag: text('sourceETag'),
    sequencer: text('sequencer'),
    startedAt,
    recordedAt: Date.parse(startedAt ?? '') + Number(item['durationMs']?.N ?? 0),
  };
}

/** The item's id. Route names have no slash, so no two pairs of route and key share one. */
export function ledgerId(route: string, key: string): string {
  return `${route}/${key}`;
}

export function itemOf(
  config: Invocation['config'],
  receipt: FinalReceipt,
  sequencer: string | undefined,
  over: Item | undefined,
): Record<string, AttributeValue> {
  const { route, source, status, attempts, startedAt, durationMs } = receipt;
  const facts: Record<string, Fact> = {
    id: ledgerId(route, source.key),
    route,
    status,
    sequencer,
    attempts,
    startedAt,
    durationMs,
    sourceBucket: source.bucket,
    sourceKey: source.key,
    sourceVersionId: source.versionId,
    ...factsOf(receipt),
    destinationAccount: accountOf(config, receipt),
    ...(receipt.status !== 'delivered' && over && carriedFacts(over)),
  };
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, fact]) => (fact === undefined ? [] : [[name, attribute(fact)]])),
  );
}

/** Whose the destination is by the configuration, so that replay knows the receipt for one of the route as it is. */
function accountOf({ routes }: Invocation['config'], { route }: FinalReceipt): string | undefined {
  return routes.find(({ name }) => name === route)?.destination.account;
}

function factsOf(receipt: FinalReceipt): Record<string, Fact> {
  switch (receipt.status) {
    case 'delivered':
      return deliveredFacts(receipt);
    case 'already there':
      return placeFacts(receipt);
    case 'failed':
      return failedFacts(receipt);
  }
}

/** What was to be written where, whether or not it was. */
function placeFacts({ source, destination }: Receipt | AlreadyThereReceipt): Record<string, Fact> {
  return {
    sourceETag: source.eTag,
    sizeBytes: source.sizeBytes,
    destinationBucket: destination.bucket,
    destinationKey: destination.key,
  };
}

function deliveredFacts(receipt: Receipt): Record<string, Fact> {
  const { destination, checksum, transfer, altered } = receipt;
  return {
    ...placeFacts(receipt),
    checksumAlgorithm: checksum.algorithm,
    checksumType: checksum.type,
    checksumValue: checksum.value,
    checksumOrigin: checksum.origin,
    checksumAnswered: checksum.answered,
    destinationVersionId: destination.versionId,
    destinationETag: destination.eTag,
    transferKind: transfer.kind,
    parts: transfer.parts,
    altered: altered.join(', ') || undefined,
  };
}

function failedFacts({ failure }: FailedReceipt): Record<string, Fact> {
  return {
    reasonCode: String(failure['code']),
    reason: String(failure['message']).slice(0, REASON_CHARACTERS),
  };
}

/** Of the delivery whose place is taken. */
function carriedFacts({ versionId, eTag, sequencer, recordedAt }: Item): Record<string, Fact> {
  return {
    deliveredVersionId: versionId,
    deliveredETag: eTag,
    deliveredSequencer: sequencer,
    deliveredAt: recordedAt,
  };
}

function attribute(fact: string | number): AttributeValue {
  return typeof fact === 'number' ? { N: String(fact) } : { S: fact };
}
