/** The canary: a small object that is dropped for each route again and again, and whose receipt is looked for the next time. */
import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type _Object, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { dropStatements, readReceiptsStatement } from '../aws/door-policies.ts';
import { CANARY_PREFIX, canaryKey } from '../core/reserved-keys.ts';
import type { Route } from '../core/route.ts';
import { placeOf } from '../core/source-object.ts';
import { rowOf } from '../failures/classify.ts';
import { describe, type ErrorFacts } from '../failures/facts.ts';
import { attempt } from './attempt.ts';
import { bucketArn, type Door, lookAt, mend, NO_SUCH_BUCKET, ownArn } from './door-context.ts';
import { atDestination, atSource, type Finding, failed, ok, skipped } from './line.ts';

const ROUTES_AT_ONCE = 10;
export interface Patience {
  /** How long a canary may be on its way. */
  onItsWayMs: number;
  /** How old the last canary may be. */
  staleMs: number;
  /** The same, where only its receipt is left: a bucket that loses its canaries must not look healthy for ever. */
  removedMs: number;
}

/** The next canary is dropped half an hour later: the last one must be across, whenever it was dropped. */
export const OF_THE_NEXT: Patience = { onItsWayMs: 0, staleMs: Number.POSITIVE_INFINITY, removedMs: 45 * 60_000 };
/** The check comes at any moment. A healthy relay needs seconds, and has a canary every half hour. */
export const OF_THE_CHECK: Patience = { onItsWayMs: 5 * 60_000, staleMs: 2 * 3_600_000, removedMs: 2 * 3_600_000 };

/** The finding about one route. */
export type RouteFinding = [route: string, finding: Finding];

/** The routes that have a door: those of the relay's own bucket. */
export function routesWithDoor({ config }: Door): Route[] {
  return config.routes.filter(({ pull }) => !pull);
}

/** Compares the last canary of each route with the ledger. It keeps nothing in mind: bucket and ledger say all. */
export async function canariesCameAcross(door: Door, patience = OF_THE_NEXT): Promise<RouteFinding[]> {
  const routes = routesWithDoor(door);
  if (routes.length === 0) return [];
  const dropped = await attempt(listCanaries(door));
  const look = async (route: Route): Promise<RouteFinding> => {
    const { name } = route;
    if (dropped.kind === 'done') {
      return [name, await cameAcross(door, route, dropped.answer.get(canaryKey(name)), patience)];
    }
    return [name, notListed(door, dropped.error)];
  };
  return pMap(routes, look, { concurrency: ROUTES_AT_ONCE });
}

/** Drops the next canary of each route. Its time is in it, so that each has another ETag. */
export async function dropCanaries(door: Door, now: Date): Promise<RouteFinding[]> {
  const { sourceBucket, sourceAccount } = door.config;
  const Body = `Dropped by Upload Relay at ${now.toISOString()}, to see whether objects come across. It may be deleted.\n`;
  const drop = async ({ name }: Route): Promise<RouteFinding> => {
    const place = placeOf({ bucket: sourceBucket!, key: canaryKey(name) }, sourceAccount);
    const put = await attempt(door.clients.s3.send(new PutObjectCommand({ ...place, Body })));
    if (put.kind === 'done') return [name, ok(`s3://${sourceBucket}/${canaryKey(name)}`)];
    return [name, notListed(door, put.error)];
  };
  return pMap(routesWithDoor(door), drop, { concurrency: ROUTES_AT_ONCE });
}

async function listCanaries({ config, clients }: Door): Promise<Map<string, _Object>> {
  const place = { Bucket: config.sourceBucket, ExpectedBucketOwner: config.sourceAccount, Prefix: CANARY_PREFIX };
  const found = new Map<string, _Object>();
  let ContinuationToken: string | undefined;
  do {
    const page = await clients.s3.send(new ListObjectsV2Command({ ...place, ContinuationToken }));
    for (const each of page.Contents ?? []) found.set(each.Key!, each);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return found;
}

function cameAcross(door: Door, route: Route, dropped: _Object | undefined, patience: Patience): Promise<Finding> {
  const { ledgerTable } = door.config;
  const id = { S: `${route.name}/${canaryKey(route.name)}` };
  const command = new GetItemCommand({ TableName: ledgerTable, Key: { id }, ConsistentRead: true });
  return lookAt(
    door,
    door.clients.dynamodb.send(command),
    readReceiptsStatement(ownArn(door, 'dynamodb', `table/${ledgerTable}`)),
    ({ Item }) => judge(door, { route, dropped, receipt: Item, patience, now: Date.now() }),
    () => {
      const change = `Table ${ledgerTable} is gone: restore it (aws dynamodb restore-table-to-point-in-time), since nothing is acknowledged without a receipt.`;
      return mend(door, 'there is no ledger', change);
    },
  );
}

/** Codes that account B must act upon. */
const AT_DESTINATION = /^(Destination|AssumeRoleDenied|RoleAwaited|BucketMissing)/;

/** A create-only route records that the key was taken, which is as much. */
const ACROSS = ['delivered', 'already there'];

export interface Flight {
  route: Route;
  /** As the bucket lists it. */
  dropped: Pick<_Object, 'ETag' | 'LastModified'> | undefined;
  /** The ledger's item of route and key. */
  receipt: Record<string, AttributeValue> | undefined;
  patience: Patience;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Whether the last canary came across. An object that was removed meanwhile is judged by its receipt. Pure. */
export function judge(door: Door, { route, dropped, receipt, patience, now }: Flight): Finding {
  const text = (name: string) => receipt?.[name]?.S;
  const status = text('status');
  const isAcross = ACROSS.includes(status ?? '') && (!dropped || text('sourceETag') === dropped.ETag);
  const lastAt = isAcross ? text('startedAt') : dropped?.LastModified?.toISOString();
  if (lastAt === undefined && status === undefined) return skipped('no canary has been dropped yet');
  const ageMs = now - Date.parse(lastAt ?? '');
  if (lastAt === undefined || ageMs > (dropped ? patience.staleMs : patience.removedMs)) {
    const removed = ['the last canary was removed', ...(lastAt ? [`and none has come across since ${lastAt}`] : [])];
    const found = dropped ? `no canary since ${lastAt}` : removed.join(', ');
    const change = `Look into the log of ${door.config.door.canaryFunction.split(':')[6]} why it drops none, and whether its schedule is enabled; and whether somebody removes what lies under ${CANARY_PREFIX}.`;
    return mend(door, found, change);
  }
  if (isAcross) return ok(`the one of ${lastAt}`);
  if (ageMs < patience.onItsWayMs) return skipped(`the one of ${lastAt} is on its way`);
  const code = status === 'failed' ? text('reasonCode') : undefined;
  const reason = code === undefined ? '' : `: ${code}: ${text('reason')}`;
  const { topicArn, queueArn } = door.config.door;
  // The canary's role can't see who is subscribed to somebody's topic.
  const topic = topicArn
    ? ` The topic must have the queue ${queueArn} as a subscription, without a filter policy: aws sns list-subscriptions-by-topic --topic-arn ${topicArn}`
    : '';
  const change = `Uploads are likely to fare no better. Mend what the other lines of the check say; if they are fine, look for "${canaryKey(route.name)}" in the relay's log.${topic}`;
  const remedy = AT_DESTINATION.test(code ?? '')
    ? atDestination(route, change)
    : atSource(door.config.sourceAccount, change);
  return failed(`the one of ${lastAt} did not come across${reason}`, remedy);
}

function notListed(door: Door, error: ErrorFacts): Finding {
  const { sourceBucket } = door.config;
  if (rowOf(error, 'source').code === 'BucketMissing')
    return mend(door, NO_SUCH_BUCKET, `Bucket ${sourceBucket} is gone: make it again, and deploy the source stack.`);
  return mend(door, describe(error), ...remedyFor(door, error));
}

function remedyFor(door: Door, error: ErrorFacts): [change: string, statement?: unknown] {
  const { code, advice } = rowOf(error, 'source');
  if (code !== 'SourceDenied' && code !== 'SourceKeyDenied') return [advice];
  const change = `The canary's role may not drop or list objects under ${CANARY_PREFIX}: its policy needs these statements; a policy of the bucket's own, or of its key, must not deny them. Set source.kmsKeyArn in cdk.json if the bucket has a key. (relay.canary set to false does without a canary.)`;
  return [change, dropStatements(bucketArn(door), undefined)];
}
