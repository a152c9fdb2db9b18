/** Refuses KMS keys of another region than the bucket's. */
import { refusal } from './refusal.ts';
import { partitionOf } from './regions.ts';
import type { RelayContext } from './relay-context.ts';

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
  const [, partition, , region, , key] = arn.split(':');
  if (region !== bucketRegion) {
    const advice = key!.startsWith('key/mrk-')
      ? `name the key's replica in "${bucketRegion}"`
      : `name a key of "${bucketRegion}"`;
    throw refusal(
      field,
      arn,
      `the key is in the region "${region}", the bucket in "${bucketRegion}", and S3 takes no key of another region; ${advice}`,
    );
  }
  if (partition === partitionOf(bucketRegion)) return;
  throw refusal(field, arn, `an ARN of the region "${region}" begins with "arn:${partitionOf(region)}:"`);
}
