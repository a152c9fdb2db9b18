/** Reads receipts for replay and its audit: which versions of a listing are delivered along a route. */
import { type AttributeValue, BatchGetItemCommand, type KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import type { Clients } from '../aws/clients.ts';
import { chunks } from '../core/chunks.ts';
import type { ReplayConfig } from '../core/config.ts';
import type { RelayError } from '../core/errors.ts';
import { retry } from '../core/retry.ts';
import { bucketOf, type ListedRoute } from '../core/route.ts';
import { serviceFailure } from '../failures/service-failure.ts';
import { ledgerId } from './ledger-item.ts';

/** The ledger, and the routes that its receipts are about. */
export interface Ledger {
  clients: Pick<Clients, 'dynamodb'>;
  config: Pick<ReplayConfig, 'ledgerTable' | 'routes' | 'sourceBucket'>;
}

/** One version of a key, as a listing has it. */
export interface Version {
  key: string;
  eTag: string;
  sizeBytes: number;
  /** For a multipart upload, this is when the upload was begun. */
  lastModified: Date;
}

/** A version that may have to be relayed along a route. */
interface Task {
  object: Version;
  route: string;
}

/** A receipt as DynamoDB answers it. */
export type Item = Record<string, AttributeValue>;

/** DynamoDB's limit: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const IDS_PER_REQUEST = 100;
const REQUESTS_AT_ONCE = 10;
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 50;

/** DynamoDB throttles, so it left some items of a batch unread. */
class Unread extends Error {
  override name = 'Error';
}

/** What tells whether a receipt is of a version. */
const IDENTITY: Projection = {
  ProjectionExpression:
    'id, #status, sourceBucket, sourceETag, sizeBytes, startedAt, durationMs, destinationAccount, destinationBucket, destinationKey',
  ExpressionAttributeNames: { '#status': 'status' },
};
type Projection = Pick<KeysAndAttributes, 'ProjectionExpression' | 'ExpressionAttributeNames'>;

/**
 * The receipts of the tasks that have one, by `ledgerId`.
 * @param projection the whole items unless given
 */
export async function readReceipts(
  ledger: Ledger,
  tasks: readonly Task[],
  projection: Projection = {},
): Promise<Map<string, Item>> {
  const batches = chunks(tasks.map(idOf), IDS_PER_REQUEST);
  const read = (ids: string[]) => getItems(ledger, ids, projection);
  const items = await pMap(batches, read, { concurrency: REQUESTS_AT_ONCE });
  return new Map(items.flat().map((item) => [item['id']!.S!, item]));
}

/** The tasks whose version has no receipt. */
export async function withoutReceipt<T extends Task>(ledger: Ledger, tasks: readonly T[]): Promise<T[]> {
  const receipts = await readReceipts(ledger, tasks, IDENTITY);
  const routes = new Map(ledger.config.routes.map((route) => [route.name, route]));
  const isDone = (task: T) => {
    const receipt = receipts.get(idOf(task));
    const route = routes.get(task.route)!;
    if (!isAlong(receipt, route, bucketOf(ledger.config, route.name), task.object.key)) return false;
    return route.createOnly ? isTaken(receipt) : isReceiptOf(receipt, task.object);
  };
  return tasks.filter((task) => !isDone(task));
}

/**
 * Whether a receipt is of the route as it is now: a route of the same name may have led from or to another bucket before. Receipts
 * of earlier releases do not name the account.
 */
export function isAlong(
  receipt: Item | undefined,
  { destination }: Pick<ListedRoute, 'destination'>,
  sourceBucket: string,
  key: string,
): boolean {
  const { account, bucket, prefix } = destination;
  const text = (name: string) => receipt?.[name]?.S;
  return (
    text('sourceBucket') === sourceBucket &&
    text('destinationBucket') === bucket &&
    text('destinationKey') === prefix + key &&
    (text('destinationAccount') ?? account) === account
  );
}

/** On a create-only route a key that is taken stays as it is: another object would be refused, and cost a request. */
export function isTaken(receipt: Item | undefined): boolean {
  return ['delivered', 'already there'].includes(receipt?.['status']?.S ?? '');
}

/**
 * Whether a receipt is of this very object. Another ETag means other bytes. The same bytes that were uploaded once more, perhaps with other
 * metadata, have a later time than the receipt.
 */
export function isReceiptOf(receipt: Item | undefined, { eTag, sizeBytes, lastModified }: Version): boolean {
  if (receipt?.['status']?.S !== 'delivered') return false;
  if (receipt['sourceETag']?.S !== eTag || receipt['sizeBytes']?.N !== String(sizeBytes)) return false;
  const finishedAt = Date.parse(receipt['startedAt']?.S ?? '') + Number(receipt['durationMs']?.N);
  return finishedAt >= lastModified.getTime();
}

function idOf({ object, route }: Task): string {
  return ledgerId(route, object.key);
}

async function getItems({ clients, config }: Ledger, ids: string[], projection: Projection): Promise<Item[]> {
  const items: Item[] = [];
  let asked: KeysAndAttributes = { Keys: ids.map((id) => ({ id: { S: id } })), ...projection };
  const askForRest = async () => {
    const command = new BatchGetItemCommand({ RequestItems: { [config.ledgerTable]: asked } });
    const { Responses, UnprocessedKeys } = await clients.dynamodb.send(command).catch((error: unknown) => {
      throw serviceFailure('LedgerUnavailable', 'BatchGetItem', config.ledgerTable, error);
    });
    items.push(...(Responses?.[config.ledgerTable] ?? []));
    const unread = UnprocessedKeys?.[config.ledgerTable];
    if (!unread?.Keys?.length) return items;
    asked = unread;
    const throttled = new Unread(`${asked.Keys?.length} receipts stay unread`);
    throw serviceFailure('LedgerUnavailable', 'BatchGetItem', config.ledgerTable, throttled);
  };
  return await retry<Item[], RelayError>(askForRest, {
    attempts: ATTEMPTS,
    isTransient: ({ cause }) => cause instanceof Unread,
    backoffMs: (failed) => FIRST_PAUSE_MS * 2 ** (failed - 1),
  });
}
