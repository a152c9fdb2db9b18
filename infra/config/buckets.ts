/** Refuses buckets that don't fit together: no source, loops, one bucket created twice. */
import { routesIntoSources } from '../../functions/core/route.ts';
import { whyNoNewBucket } from './bucket-name.ts';
import { inventoryFolder } from './function-settings.ts';
import { type Mistakes, mistake, refusal, repetition } from './mistakes.ts';
import type { RelayContext } from './relay-context.ts';

/** A source bucket without a route would swallow its uploads, and the relay reads its own bucket without a reader role. */
export function* refuseWrongSource(config: RelayContext): Mistakes {
  const { bucket: own } = config.source;
  const hasTaking = config.routes.some(({ pull }) => pull === undefined);
  if (hasTaking && own === undefined) {
    yield refusal('relay.source.bucket', own, 'it may be only when every route has "pull"');
  }
  if (!hasTaking && own !== undefined) {
    const words = `is "${own}", but every route has "pull", so nothing would be relayed from it: remove it, or add a route without "pull"`;
    yield mistake('relay.source.bucket', words);
  }
  if (config.source.topicArn !== undefined && !config.source.existingBucket) {
    const why = 'it is for a bucket that exists already; remove it, or set "existingBucket": true';
    yield refusal('relay.source.topicArn', config.source.topicArn, why);
  }
  for (const [index, { pull }] of config.routes.entries()) {
    if (pull === undefined || pull.bucket !== own) continue;
    const words = `is the source bucket "${own}", which the relay reads by itself: remove "pull"`;
    yield mistake(`relay.routes.${index}.pull.bucket`, words);
  }
}

/** Delivered objects would be relayed again. */
export function* refuseLoops({ source, routes, relay }: RelayContext): Mistakes {
  if (source.bucket !== undefined && relay.batchOperations?.bucket === source.bucket) {
    const words = `is the source bucket "${source.bucket}", from where manifests and reports would be relayed; choose another one`;
    yield mistake('relay.relay.batchOperations.bucket', words);
  }
  for (const route of routesIntoSources(source.bucket, routes)) {
    const { destination } = route;
    const words = `is the bucket "${destination.bucket}" with prefix "${destination.prefix}", where a route would take the object again and again; choose another bucket, or prefixes of which neither begins with the other`;
    yield mistake(`relay.routes.${routes.indexOf(route)}.destination`, words);
  }
}

/** Whoever may upload would otherwise write the report, or the inventory that says what was uploaded. */
export function* refuseWritable({ source, routes, relay }: RelayContext): Mistakes {
  const { inventory } = relay.reconciliation || {};
  const folders = [
    { field: 'audit', bucket: relay.audit.bucket, folder: relay.audit.prefix },
    ...(inventory && source.bucket
      ? [
          {
            field: 'reconciliation.inventory',
            bucket: inventory.bucket,
            folder: inventoryFolder(inventory, source.bucket),
          },
        ]
      : []),
  ];
  for (const { field, bucket, folder } of folders) {
    const isWritten = routes.some(
      ({ destination }) =>
        destination.bucket === bucket &&
        (destination.prefix.startsWith(folder) || folder.startsWith(destination.prefix)),
    );
    if (!isWritten) continue;
    const why = `a route writes there, also under "${folder}", and an upload might take the place of what lies there; choose another bucket, or prefixes of which neither begins with the other`;
    yield refusal(`relay.relay.${field}.bucket`, bucket, why);
  }
}

interface NamedBucket {
  field: string;
  name: string;
  account: string;
  region: string;
  /** Whether a stack creates it. */
  isNew: boolean;
}

/** A bucket's name is unique in its partition: the bucket has one account and region, and at most one stack creates it. */
export function* refuseBuckets(config: RelayContext): Mistakes {
  const seen = new Map<string, NamedBucket>();
  for (const bucket of bucketsOf(config)) {
    const { field, name, account, region, isNew } = bucket;
    const reason = isNew ? whyNoNewBucket(name) : undefined;
    if (reason !== undefined) yield refusal(field, name, reason);
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, bucket);
      continue;
    }
    if (first.account !== account || first.region !== region) {
      const places = `${first.account}, ${first.region} in "${first.field}" and ${account}, ${region} here`;
      yield refusal(field, name, `a bucket lies in one account and region, and this one would in two: ${places}`);
      continue;
    }
    if (!isNew) continue;
    const advice = 'only one stack and route can create a bucket; set "existingBucket": true on the others';
    yield repetition(field, name, `"${first.field}"`, advice);
  }
}

/** Buckets that a stack creates come first, so that the order of routes doesn't matter. */
function bucketsOf({ source, routes, relay }: RelayContext): NamedBucket[] {
  const { account, region } = source;
  const buckets: NamedBucket[] = routes.flatMap(({ destination, pull }, index) => [
    {
      field: `relay.routes.${index}.destination.bucket`,
      name: destination.bucket,
      account: destination.account,
      region: destination.region,
      isNew: !destination.existingBucket,
    },
    ...(pull
      ? [
          {
            field: `relay.routes.${index}.pull.bucket`,
            name: pull.bucket,
            account: pull.account,
            region: pull.region,
            isNew: false,
          },
        ]
      : []),
  ]);
  if (source.bucket !== undefined) {
    buckets.unshift({
      field: 'relay.source.bucket',
      name: source.bucket,
      account,
      region,
      isNew: !source.existingBucket,
    });
  }
  const { inventory } = relay.reconciliation || {};
  const named = {
    'batchOperations.bucket': relay.batchOperations?.bucket,
    'audit.bucket': relay.audit.bucket,
    'reconciliation.inventory.bucket': inventory?.bucket,
  };
  for (const [field, name] of Object.entries(named)) {
    if (name !== undefined) buckets.push({ field: `relay.relay.${field}`, name, account, region, isNew: false });
  }
  return buckets.sort((one, other) => Number(other.isNew) - Number(one.isNew));
}
