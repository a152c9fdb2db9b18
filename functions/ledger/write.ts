/** Writes receipts into the ledger; a condition keeps a newer delivery from being replaced by an older one. */
import { ConditionalCheckFailedException, PutItemCommand, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { RelayError } from '../core/errors.ts';
import { isReserved } from '../core/reserved-keys.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { comparable, type Item, itemOf, readItem } from './ledger-item.ts';
import type { FinalReceipt, Receipt } from './receipt.ts';

/** What was in the ledger before. */
export interface Recorded {
  /** An item that stays, so the receipt is not written: a delivery of another version, which is newer or of unknown age. */
  standing?: Item | undefined;
  /** The item that the receipt has replaced. */
  replaced?: Item | undefined;
  /** The SDK has repeated the request, so nobody knows which item its first attempt replaced. */
  hasReplacedUnseen?: boolean | undefined;
}

/**
 * Writes the receipt of a route and key, unless an item is there that must stay.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
 * @param over this very item is replaced in any case: a look at the source has shown that it is not newer
 * @throws RelayError `LedgerUnavailable`: without its receipt no message is acknowledged
 */
export async function record(invocation: Invocation, receipt: FinalReceipt, over?: Item): Promise<Recorded> {
  const { clients, config, signal, recordingSignal } = invocation;
  // A receipt `already there` has none: the delivery that took the key replaces it, even if that is recorded later.
  const known = receipt.status === 'already there' ? undefined : receipt.source.sequencer;
  const sequencer = comparable(known);
  const input: PutItemCommandInput = {
    TableName: config.ledgerTable,
    Item: itemOf(config, receipt, sequencer, over),
    ...conditionFor(receipt, sequencer, over),
    ReturnValues: 'ALL_OLD',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
  // A delivery that is not recorded in time is repeated; a failure may have no other attempt.
  const abortSignal = receipt.status === 'failed' ? recordingSignal : signal;
  try {
    const { Attributes, $metadata } = await clients.dynamodb.send(new PutItemCommand(input), { abortSignal });
    if (Attributes === undefined) return {};
    const replaced = readItem(Attributes);
    const isRepeated = $metadata.attempts !== 1 && replaced.startedAt === receipt.startedAt;
    return { replaced, ...(isRepeated && { hasReplacedUnseen: true }) };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      const standing = readItem(error.Item ?? {});
      // It replaces the item and carries its facts, which a late write may still make necessary.
      if (carriesOn(receipt, standing, sequencer)) return record(invocation, receipt, standing);
      if (receipt.status !== 'delivered' || known !== undefined || !isOf(standing, receipt)) return { standing };
      // The item is of the same version and knows the sequencer, which is kept.
      const source = { ...receipt.source, sequencer: standing.sequencer };
      return record(invocation, { ...receipt, source }, over);
    }
    const { name, message } = error as Error;
    throw new RelayError({
      code: 'LedgerUnavailable',
      message: `PutItem into ${config.ledgerTable} failed (${name}: ${message}). The object is relayed again, so that its receipt is written.`,
      retryable: true,
      operation: 'PutItem',
      source: `s3://${receipt.source.bucket}/${receipt.source.key}`,
      cause: error,
    });
  }
}

/**
 * What a receipt may replace. A delivery replaces one of the same version, one of an older version, and a failure; it does not replace one of
 * unknown age, since only the source can tell which is newer. A failure replaces a delivery only if it is of a strictly newer
 * version. `already there` replaces a failure, and a delivery to where the route led before, but never the delivery that took the key,
 * unless it is about a canary.
 */
function conditionFor(
  receipt: FinalReceipt,
  sequencer: string | undefined,
  over: Item | undefined,
): Partial<PutItemCommandInput> {
  const values: Record<string, string | undefined> = {};
  const alternatives = ['attribute_not_exists(id)'];
  if (receipt.status === 'failed') {
    alternatives.push('(#status = :failed AND attribute_not_exists(deliveredETag))');
    values[':failed'] = 'failed';
  } else {
    alternatives.push('(#status <> :delivered AND attribute_not_exists(deliveredETag))');
    values[':delivered'] = 'delivered';
  }
  if (receipt.status === 'already there') {
    // An attribute that is absent differs from any value.
    alternatives.push('(attribute_exists(destinationBucket) AND destinationBucket <> :bucket)');
    alternatives.push('(attribute_exists(destinationKey) AND destinationKey <> :key)');
    values[':bucket'] = receipt.destination.bucket;
    values[':key'] = receipt.destination.key;
    // Whoever looks for the canary asks for the receipt of the last one, and on a create-only route only the first one is delivered.
    if (isReserved(receipt.source.key)) alternatives.push('attribute_exists(id)');
  }
  if (receipt.status === 'delivered') {
    const { versionId, eTag } = receipt.source;
    const [isSame, wasSame] =
      versionId === undefined
        ? ['sourceETag = :eTag', 'deliveredETag = :eTag']
        : ['sourceVersionId = :versionId', 'deliveredVersionId = :versionId'];
    alternatives.push(`(#status = :delivered AND ${isSame} AND attribute_not_exists(sequencer))`);
    alternatives.push(`(${wasSame} AND attribute_not_exists(deliveredSequencer))`);
    if (versionId === undefined) values[':eTag'] = eTag;
    else values[':versionId'] = versionId;
    if (sequencer !== undefined) {
      alternatives.push('(#status = :delivered AND sequencer <= :sequencer)', 'deliveredSequencer <= :sequencer');
      values[':sequencer'] = sequencer;
    }
  }
  if (over) {
    if (receipt.status !== 'already there')
      alternatives.push('(startedAt = :overStartedAt AND sourceETag = :overETag)');
    alternatives.push('(startedAt = :overStartedAt AND deliveredETag = :overETag)');
    values[':overStartedAt'] = over.startedAt ?? '';
    values[':overETag'] = over.eTag ?? '';
  }
  return {
    ConditionExpression: alternatives.join(' OR '),
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: Object.fromEntries(Object.entries(values).map(([name, S]) => [name, { S: S! }])),
  };
}

/** Whether the receipt replaces the item and carries the facts of the delivery in it. */
function carriesOn({ status }: FinalReceipt, standing: Item, sequencer: string | undefined): boolean {
  if (status === 'already there') return standing.isCarried === true;
  return status === 'failed' && isOlder(standing, sequencer);
}

function isOf({ versionId, eTag }: Item, { source }: Receipt): boolean {
  return source.versionId === undefined ? eTag === source.eTag : versionId === source.versionId;
}

/** Whether an item is known to be older. Pure. */
function isOlder({ status, sequencer }: Item, than: string | undefined): boolean {
  return status === 'delivered' && sequencer !== undefined && than !== undefined && sequencer < than;
}
