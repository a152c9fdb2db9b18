import {
  type AttributeValue,
  ConditionalCheckFailedException,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { RelayError } from '../errors.ts';
import type { AlreadyThereReceipt, FailedReceipt, FinalReceipt, Receipt } from './receipt.ts';
import type { Invocation } from './relay.ts';

/** Sequencers are hex of varying length: comparable as text once padded on the right. Room for twice the longest seen. */
const SEQUENCER_CHARACTERS = 64;
/** Keeps the item far below DynamoDB's 400 KB; the log has the whole reason. */
const REASON_CHARACTERS = 1024;

type Fact = string | number | undefined;

/**
 * Writes the receipt of a route and key. A receipt of a newer version stays: where both sequencers are known, the
 * condition says so; where not, whoever wrote the older one looks at the source afterwards and writes again.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
 * @throws RelayError `LedgerUnavailable`: without its receipt no message is acknowledged
 */
export async function record(invocation: Invocation, receipt: FinalReceipt): Promise<void> {
  const { clients, config, signal } = invocation;
  // Without one, what is already there is replaced by the delivery that put it there, if that is recorded later.
  const known = receipt.status === 'already there' ? undefined : receipt.source.sequencer;
  const sequencer = known?.padEnd(SEQUENCER_CHARACTERS, '0');
  const input: PutItemCommandInput = {
    TableName: config.ledgerTable,
    Item: { ...itemOf(receipt, sequencer), ...accountOf(config, receipt) },
    ...conditionFor(receipt, sequencer),
  };
  try {
    await clients.dynamodb.send(new PutItemCommand(input), { abortSignal: signal });
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return;
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
 * A newer receipt stays, where that can be told. A failure never takes the place of a delivery of unknown age: nobody looks at
 * the source after a failure, so nobody would put it right. That a key is taken never takes the place of the
 * delivery that took it, but of one to where the route led before.
 */
function conditionFor(receipt: FinalReceipt, sequencer: string | undefined): Partial<PutItemCommandInput> {
  const { status } = receipt;
  if (status === 'already there') {
    return {
      ConditionExpression:
        'attribute_not_exists(id) OR #status <> :delivered OR destinationBucket <> :bucket OR destinationKey <> :key',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':delivered': { S: 'delivered' },
        ':bucket': { S: receipt.destination.bucket },
        ':key': { S: receipt.destination.key },
      },
    };
  }
  const isNotNewer = sequencer === undefined ? [] : ['sequencer <= :sequencer'];
  const alternatives =
    status === 'failed'
      ? ['attribute_not_exists(id)', '#status = :failed', ...isNotNewer]
      : ['attribute_not_exists(sequencer)', ...isNotNewer];
  if (status === 'delivered' && sequencer === undefined) return {};
  return {
    ConditionExpression: alternatives.join(' OR '),
    ...(status === 'failed' && { ExpressionAttributeNames: { '#status': 'status' } }),
    ExpressionAttributeValues: {
      ...(status === 'failed' && { ':failed': { S: 'failed' } }),
      ...(sequencer !== undefined && { ':sequencer': { S: sequencer } }),
    },
  };
}

/** The item's id. Route names have no slash, so no two pairs of route and key share one. */
export function ledgerId(route: string, key: string): string {
  return `${route}/${key}`;
}

function itemOf(receipt: FinalReceipt, sequencer: string | undefined): Record<string, AttributeValue> {
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
  };
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, fact]) => (fact === undefined ? [] : [[name, attribute(fact)]])),
  );
}

/** Whose the destination is by the configuration, so that replay knows the receipt for one of the route as it is. */
function accountOf({ routes }: Invocation['config'], { route }: FinalReceipt): Record<string, AttributeValue> {
  const account = routes.find(({ name }) => name === route)?.destination.account;
  return account === undefined ? {} : { destinationAccount: { S: account } };
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

function attribute(fact: string | number): AttributeValue {
  return typeof fact === 'number' ? { N: String(fact) } : { S: fact };
}
