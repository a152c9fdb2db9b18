/** The canary: a small object that is dropped for each route again and again, and whose receipt is looked for the next time. */
import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type _Object, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { dropStatements, readReceiptsStatement } from '../aws/door-policies.ts';
import { CANARY_PREFIX, canaryKey } from '../core/reserved-keys.ts';
import type { Route } from '../core/route.ts';
import { placeOf } from '../core/source-object.ts';
import { rowOf } from '../failures/classify.ts';
import { describe } from '../failures/facts.ts';
import { attempt } from './attempt.ts';
import { bucketArn, type Door, lookAt, mend, ownArn } from './door-context.ts';
import { type Finding, ok, skipped } from './line.ts';

const ROUTES_AT_ONCE = 10;
/** A healthy relay needs seconds. */
const ON_ITS_WAY_MS = 5 * 60_000;
/** Several times as long as there is between two canaries. */
const STALE_MS = 2 * 3_600_000;

/** The finding about one route. */
export type RouteFinding = [route: string, finding: Finding];

/** The routes that have a door: those of the relay's own bucket. */
export function routesWithDoor({ config }: Door): Route[] {
  return config.routes.filter(({ pull }) => !pull);
}

/** Compares the last canary of each route with the ledger. It keeps nothing in mind: bucket and ledger say all. */
export async function canariesCameAcross(door: Door): Promise<RouteFinding[]> {
  const routes = routesWithDoor(door);
  if (routes.length === 0) return [];
  const dropped = await attempt(listCanaries(door));
  const look = async ({ name }: Route): Promise<RouteFinding> => {
    if (dropped.kind === 'done') return [name, await cameAcross(door, name, dropped.answer.get(canaryKey(name)))];
    return [name, mend(door, describe(dropped.error), ...remedyFor(door, dropped.error))];
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
    return [name, mend(door, describe(put.error), ...remedyFor(door, put.error))];
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

function cameAcross(door: Door, route: string, dropped: _Object | undefined): Promise<Finding> {
  const { ledgerTable } = door.config;
  const id = { S: `${route}/${canaryKey(route)}` };
  const command = new GetItemCommand({ TableName: ledgerTable, Key: { id }, ConsistentRead: true });
  return lookAt(
    door,
    door.clients.dynamodb.send(command),
    readReceiptsStatement(ownArn(door, 'dynamodb', `table/${ledgerTable}`)),
    ({ Item }) => judge(door, route, dropped, Item, Date.now()),
    () => {
      const change = `Table ${ledgerTable} is gone: restore it (aws dynamodb restore-table-to-point-in-time), since nothing is acknowledged without a receipt.`;
      return mend(door, 'there is no ledger', change);
    },
  );
}

/** A create-only route records that the key was taken, which is as much. */
const ACROSS = ['delivered', 'already there'];

/** Pure. */
export function judge(
  door: Door,
  route: string,
  dropped: Pick<_Object, 'ETag' | 'LastModified'> | undefined,
  receipt: Record<string, AttributeValue> | undefined,
  now: number,
): Finding {
  const text = (name: string) => receipt?.[name]?.S;
  const status = text('status');
  const isAcross = ACROSS.includes(status ?? '') && (!dropped || text('sourceETag') === dropped.ETag);
  const lastAt = isAcross ? text('startedAt') : dropped?.LastModified?.toISOString();
  if (lastAt === undefined && status === undefined) return skipped('no canary has been dropped yet');
  if (lastAt === undefined || now - Date.parse(lastAt) > STALE_MS) {
    const change = `Look into the log of ${door.config.door.canaryFunction.split(':')[6]} why it drops none, and whether its schedule is enabled; and whether somebody removes what lies under ${CANARY_PREFIX}.`;
    return mend(door, lastAt === undefined ? 'the last canary was removed' : `no canary since ${lastAt}`, change);
  }
  if (isAcross) return ok(`the one of ${lastAt}`);
  if (now - Date.parse(lastAt) < ON_ITS_WAY_MS) return skipped(`the one of ${lastAt} is on its way`);
  const reason = status === 'failed' ? `: ${text('reasonCode')}: ${text('reason')}` : '';
  const change = `Uploads are likely to fare no better. Mend what the other lines of the check say; if they are fine, look for "${canaryKey(route)}" in the relay's log.`;
  return mend(door, `the one of ${lastAt} did not come across${reason}`, change);
}

function remedyFor(door: Door, error: Parameters<typeof rowOf>[0]): [change: string, statement?: unknown] {
  const { code, advice } = rowOf(error, 'source');
  if (code !== 'SourceDenied' && code !== 'SourceKeyDenied') return [advice];
  const change = `The canary's role may not drop or list objects under ${CANARY_PREFIX}: its policy needs these statements; a policy of the bucket's own, or of its key, must not deny them. Set source.kmsKeyArn in cdk.json if the bucket has a key. (relay.canary set to false does without a canary.)`;
  return [change, dropStatements(bucketArn(door), undefined)];
}
