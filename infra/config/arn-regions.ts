/** Refuses KMS keys, and a topic, of another region than the bucket's. */
import { type Mistakes, refusal } from './mistakes.ts';
import { findPartition } from './regions.ts';
import type { RelayContext } from './relay-context.ts';

/**
 * S3 tells topics of the bucket's own region, whichever account they are of:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 */
export function* refuseTopic({ source: { topicArn, region } }: RelayContext): Mistakes {
  if (topicArn === undefined) return;
  const why = whyElsewhere(topicArn, region, 'topic', 'name a topic of');
  if (why !== undefined) yield refusal('relay.source.topicArn', topicArn, why);
}

/**
 * S3 encrypts with keys of the bucket's own region; the key may belong to another account, whose key policy must let the bucket's
 * account use it. A multi-region key counts as its replica in that region, which has an ARN of its own.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
export function* refuseKeys({ source, routes, relay }: RelayContext): Mistakes {
  yield* refuseKey('relay.source.kmsKeyArn', source.kmsKeyArn, source.region);
  yield* refuseKey('relay.relay.audit.kmsKeyArn', relay.audit.kmsKeyArn, source.region);
  for (const [index, { destination, pull }] of routes.entries()) {
    yield* refuseKey(`relay.routes.${index}.destination.kmsKeyArn`, destination.kmsKeyArn, destination.region);
    if (pull) yield* refuseKey(`relay.routes.${index}.pull.kmsKeyArn`, pull.kmsKeyArn, pull.region);
  }
}

function* refuseKey(field: string, arn: string | undefined, bucketRegion: string): Mistakes {
  const why = arn === undefined ? undefined : whyNoKeyOf(arn, bucketRegion);
  if (why !== undefined) yield refusal(field, arn, why);
}

/** Why S3 doesn't encrypt a bucket of that region with a key; undefined when it does. Pure. */
export function whyNoKeyOf(arn: string, bucketRegion: string): string | undefined {
  const isMultiRegion = arn.split(':')[5]!.startsWith('key/mrk-');
  return whyElsewhere(arn, bucketRegion, 'key', isMultiRegion ? "name the key's replica in" : 'name a key of');
}

function whyElsewhere(arn: string, bucketRegion: string, what: string, advice: string): string | undefined {
  const [, partition, , region] = arn.split(':');
  if (region !== bucketRegion) {
    const where = `the ${what} is in the region "${region}", the bucket in "${bucketRegion}"`;
    return `${where}, and S3 takes no ${what} of another region; ${advice} "${bucketRegion}"`;
  }
  const rightPartition = findPartition(bucketRegion);
  if (rightPartition === undefined || partition === rightPartition) return undefined;
  return `an ARN of the region "${region}" begins with "arn:${rightPartition}:"`;
}
