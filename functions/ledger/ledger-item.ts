/** An item of the ledger as it is written and read: one for each route and key. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Invocation } from '../invocation/invocation.ts';
import type { AlreadyThereReceipt, FailedReceipt, FinalReceipt, Receipt } from './receipt.ts';

/** Sequencers are hex of varying length; padded on the right, they compare as text. This is twice the longest seen. */
const SEQUENCER_CHARACTERS = 64;
/** Keeps the item far below DynamoDB's 400 KB; the log has the whole reason. */
const REASON_CHARACTERS = 1024;

type Fact = string | number | undefined;

/** What the ledger knows of a route and key. A failure may carry the facts of the delivery that it replaced; then these are they. */
export interface Item {
  status: string | undefined;
  /** Whether another receipt only carries the facts of this one. */
  isCarried?: true;
  versionId: string | undefined;
  eTag: string | undefined;
  sequencer: string | undefined;
  startedAt: string | undefined;
  /** Milliseconds since the epoch; the object was written before. */
  recordedAt: number;
}

/** A sequencer in the form that compares as text. */
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

/** The item's id. Names of routes have no slash, so each pair of route and key has its own. */
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

/** The destination account by the configuration: replay sees by it whether a receipt is of the route as it is now. */
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

/** What was to be written, and where. */
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

/** The facts of the delivery that is replaced. */
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
