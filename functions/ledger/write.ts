/** Writes receipts into the ledger; a condition keeps a newer delivery from being replaced by an older one. */
import { ConditionalCheckFailedException, PutItemCommand, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { RelayError } from '../core/errors.ts';
import type { Invocation } from '../invocation/invocation.ts';
import { comparable, type Item, itemOf, readItem } from './ledger-item.ts';
import type { FinalReceipt, Receipt } from './receipt.ts';

/** What a receipt has met. */
export interface Recorded {
  /** It stays, and the receipt is not written: a delivery of another version, which is newer or of unknown age. */
  standing?: Item | undefined;
  /** Its place was taken. */
  replaced?: Item | undefined;
  /** The SDK has repeated the request, and what was there before its first try nobody tells. */
  hasReplacedUnseen?: boolean | undefined;
}

/**
 * Writes the receipt of a route and key, unless one that must stay is there.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
 * @param over this very item gives way: a look at the source has shown that it isn't newer
 * @throws RelayError `LedgerUnavailable`: without its receipt no message is acknowledged
 */
export async function record(invocation: Invocation, receipt: FinalReceipt, over?: Item): Promise<Recorded> {
  const { clients, config, signal, recordingSignal } = invocation;
  // Without one, what is already there is replaced by the delivery that put it there, if that is recorded later.
  const known = receipt.status === 'already there' ? undefined : receipt.source.sequencer;
  const sequencer = comparable(known);
  const input: PutItemCommandInput = {
    TableName: config.ledgerTable,
    Item: itemOf(config, receipt, sequencer, over),
    ...conditionFor(receipt, sequencer, over),
    ReturnValues: 'ALL_OLD',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
  // A delivery that isn't recorded in time is made again; a failure may have no other try.
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
      // It takes its place, and carries on what it was: a late write may yet ask for it.
      if (carriesOn(receipt, standing, sequencer)) return record(invocation, receipt, standing);
      if (receipt.status !== 'delivered' || known !== undefined || !isOf(standing, receipt)) return { standing };
      // The same version, and its place in the order is known: that stays.
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
 * A delivery takes the place of one of the same version, of an older one, and of a failure. One whose age can't be told stays: the source
 * tells which is the newest, or nobody does. A failure takes the place of a delivery only where it is of a strictly newer version. That
 * a key is taken never takes the place of the delivery that took it, but of one to where the route led before, and of a failure.
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
    // What isn't there differs from anything.
    alternatives.push('(attribute_exists(destinationBucket) AND destinationBucket <> :bucket)');
    alternatives.push('(attribute_exists(destinationKey) AND destinationKey <> :key)');
    values[':bucket'] = receipt.destination.bucket;
    values[':key'] = receipt.destination.key;
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

/** Whether the receipt takes the place of a delivery, or of what carries it on, and carries it on itself. */
function carriesOn({ status }: FinalReceipt, standing: Item, sequencer: string | undefined): boolean {
  if (status === 'already there') return standing.isCarried === true;
  return status === 'failed' && isOlder(standing, sequencer);
}

function isOf({ versionId, eTag }: Item, { source }: Receipt): boolean {
  return source.versionId === undefined ? eTag === source.eTag : versionId === source.versionId;
}

/** Whether it is known to be. Pure. */
function isOlder({ status, sequencer }: Item, than: string | undefined): boolean {
  return status === 'delivered' && sequencer !== undefined && than !== undefined && sequencer < than;
}
