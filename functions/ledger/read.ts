/** Reads receipts for replay and its audit: how versions of a listing have fared along a route. */
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
  /** A listing does not tell it. */
  versionId?: string | undefined;
}

/** A version that may have to be relayed along a route. */
interface Task {
  object: Version;
  route: string;
}

/** How a version has fared along a route: `failed` is a permanent failure since its upload, `open` everything else. */
export type Fate = 'delivered' | 'failed' | 'open';

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

/** What tells the fate of a version. */
const FATE: Projection = {
  ProjectionExpression:
    'id, #status, sourceBucket, sourceETag, sourceVersionId, sizeBytes, startedAt, durationMs, reasonCode, destinationAccount, destinationBucket, destinationKey',
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

/** The fate of each task's version, in the order of the tasks. */
export async function fatesOf(ledger: Ledger, tasks: readonly Task[]): Promise<Fate[]> {
  const receipts = await readReceipts(ledger, tasks, FATE);
  const routes = new Map(ledger.config.routes.map((route) => [route.name, route]));
  return tasks.map((task) => {
    const route = routes.get(task.route)!;
    return fateOf(receipts.get(idOf(task)), route, bucketOf(ledger.config, route.name), task.object);
  });
}

/** Pure. */
export function fateOf(
  receipt: Item | undefined,
  route: Pick<ListedRoute, 'destination' | 'createOnly'>,
  sourceBucket: string,
  object: Version,
): Fate {
  if (isAlong(receipt, route, sourceBucket, object.key)) {
    if (route.createOnly ? isTaken(receipt) : isReceiptOf(receipt, object)) return 'delivered';
  }
  return isFailureOf(receipt, route, sourceBucket, object) ? 'failed' : 'open';
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
 * metadata, have a later time than the receipt, and another version id where both are known.
 */
export function isReceiptOf(receipt: Item | undefined, version: Version): boolean {
  if (receipt?.['status']?.S !== 'delivered') return false;
  const { eTag, sizeBytes, versionId } = version;
  if (receipt['sourceETag']?.S !== eTag || receipt['sizeBytes']?.N !== String(sizeBytes)) return false;
  if (versionId !== undefined && (receipt['sourceVersionId']?.S ?? versionId) !== versionId) return false;
  return isSince(receipt, version);
}

/**
 * Whether the object failed after it was uploaded. An object that was missing then and is there now has not failed. A failure knows the
 * account that the route led to, and not the bucket.
 */
export function isFailureOf(
  receipt: Item | undefined,
  { destination }: Pick<ListedRoute, 'destination'>,
  sourceBucket: string,
  version: Version,
): boolean {
  const text = (name: string) => receipt?.[name]?.S;
  if (text('status') !== 'failed' || text('reasonCode') === 'SourceMissing') return false;
  const isAlike = text('sourceBucket') === sourceBucket && text('destinationAccount') === destination.account;
  return isAlike && isSince(receipt!, version);
}

function isSince(receipt: Item, { lastModified }: Version): boolean {
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
