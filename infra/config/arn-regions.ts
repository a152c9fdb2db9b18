/** Refuses KMS keys, and a topic, of another region than the bucket's. */
import { refusal } from './refusal.ts';
import { partitionOf } from './regions.ts';
import type { RelayContext } from './relay-context.ts';

/**
 * S3 tells topics of the bucket's own region, whichever account they are of:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 * @throws ConfigError
 */
export function refuseTopic({ source: { topicArn, region } }: RelayContext): void {
  if (topicArn === undefined) return;
  refuseElsewhere('relay.source.topicArn', topicArn, region, 'topic', 'name a topic of');
}

/**
 * S3 encrypts with keys of the bucket's own region; the key may belong to another account, whose key policy must let the bucket's
 * account use it. A multi-region key counts as its replica in that region, which has an ARN of its own.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 * @throws ConfigError
 */
export function refuseKeys({ source, routes, relay }: RelayContext): void {
  refuseKey('relay.source.kmsKeyArn', source.kmsKeyArn, source.region);
  refuseKey('relay.relay.audit.kmsKeyArn', relay.audit.kmsKeyArn, source.region);
  routes.forEach(({ destination, pull }, index) => {
    refuseKey(`relay.routes.${index}.destination.kmsKeyArn`, destination.kmsKeyArn, destination.region);
    if (pull) refuseKey(`relay.routes.${index}.pull.kmsKeyArn`, pull.kmsKeyArn, pull.region);
  });
}

function refuseKey(field: string, arn: string | undefined, bucketRegion: string): void {
  if (arn === undefined) return;
  const isMultiRegion = arn.split(':')[5]!.startsWith('key/mrk-');
  refuseElsewhere(field, arn, bucketRegion, 'key', isMultiRegion ? "name the key's replica in" : 'name a key of');
}

function refuseElsewhere(field: string, arn: string, bucketRegion: string, what: string, advice: string): void {
  const [, partition, , region] = arn.split(':');
  if (region !== bucketRegion) {
    const where = `the ${what} is in the region "${region}", the bucket in "${bucketRegion}"`;
    throw refusal(field, arn, `${where}, and S3 takes no ${what} of another region; ${advice} "${bucketRegion}"`);
  }
  if (partition === partitionOf(bucketRegion)) return;
  throw refusal(field, arn, `an ARN of the region "${region}" begins with "arn:${partitionOf(region)}:"`);
}
