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
  yield* refuseElsewhere('relay.source.topicArn', topicArn, region, 'topic', 'name a topic of');
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
  if (arn === undefined) return;
  const isMultiRegion = arn.split(':')[5]!.startsWith('key/mrk-');
  yield* refuseElsewhere(
    field,
    arn,
    bucketRegion,
    'key',
    isMultiRegion ? "name the key's replica in" : 'name a key of',
  );
}

function* refuseElsewhere(field: string, arn: string, bucketRegion: string, what: string, advice: string): Mistakes {
  const [, partition, , region] = arn.split(':');
  if (region !== bucketRegion) {
    const where = `the ${what} is in the region "${region}", the bucket in "${bucketRegion}"`;
    yield refusal(field, arn, `${where}, and S3 takes no ${what} of another region; ${advice} "${bucketRegion}"`);
    return;
  }
  const rightPartition = findPartition(bucketRegion);
  if (rightPartition === undefined || partition === rightPartition) return;
  yield refusal(field, arn, `an ARN of the region "${region}" begins with "arn:${rightPartition}:"`);
}
