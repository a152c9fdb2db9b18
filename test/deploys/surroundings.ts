/** What a configuration takes for granted: buckets that exist already, and keys. */

import { LocalCloud, type StackInput, templateStack } from '../../emulator/index.ts';
import type { CommittedContext } from '../support/stacks.ts';

interface Place {
  account: string;
  region: string;
}

interface UsedBucket extends Place {
  bucket: string;
  kmsKeyArn?: string;
  isThere: boolean;
}

/** Stacks with what the relays find already there. Call it once the keys have their ARNs. */
export function existingBuckets(relays: readonly CommittedContext[]): StackInput[] {
  const made = new Set(relays.flatMap(usedBuckets).flatMap(({ bucket, isThere }) => (isThere ? [] : [bucket])));
  const found = new Map(
    relays
      .flatMap(usedBuckets)
      .filter(({ bucket }) => !made.has(bucket))
      .map((used) => [used.bucket, used]),
  );
  return [...found.values()].map(({ bucket, account, region }) =>
    templateStack({
      account,
      region,
      name: `existing-${bucket}`,
      template: {
        Resources: {
          Bucket: {
            Type: 'AWS::S3::Bucket',
            Properties: {
              BucketName: bucket,
              NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
            },
          },
        },
      },
    }),
  );
}

/** A key for each account and region that names one. */
export function keyStacks(relays: readonly CommittedContext[]): StackInput[] {
  const places = relays.flatMap(usedBuckets).filter(({ kmsKeyArn }) => kmsKeyArn !== undefined);
  const distinct = new Map(places.map(({ account, region }) => [`${account} ${region}`, { account, region }]));
  return [...distinct.values()].map(({ account, region }) =>
    templateStack({
      account,
      region,
      name: 'keys',
      template: {
        Resources: { Key: { Type: 'AWS::KMS::Key', Properties: {} } },
        Outputs: { KeyArn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
      },
    }),
  );
}

/** The relays with the ARNs that the keys really get: the same each time the stacks are deployed. */
export async function withKeys(relays: readonly CommittedContext[]): Promise<CommittedContext[]> {
  const stacks = keyStacks(relays);
  if (stacks.length === 0) return [...relays];
  const cloud = await LocalCloud.start({ stacks });
  const changed = structuredClone(relays) as CommittedContext[];
  for (const place of changed.flatMap(placesOf)) {
    if (place.kmsKeyArn !== undefined) place.kmsKeyArn = cloud.outputs('keys', place.account, place.region)['KeyArn']!;
  }
  await cloud.close();
  return changed;
}

function usedBuckets(relay: CommittedContext): UsedBucket[] {
  return placesOf(relay)
    .filter((place): place is typeof place & { bucket: string } => place.bucket !== undefined)
    .map((place) => ({ ...place, isThere: place.existingBucket === true || place.isPulled }));
}

interface AnyPlace extends Place {
  bucket?: string;
  kmsKeyArn?: string;
  existingBucket?: boolean;
  isPulled: boolean;
}

/** The very objects of the configuration, so that they can be changed. */
function placesOf({ source, routes }: CommittedContext): AnyPlace[] {
  const pulled = routes.flatMap((route) => (route['pull'] ? [route['pull'] as AnyPlace] : []));
  for (const place of pulled) Object.defineProperty(place, 'isPulled', { value: true, enumerable: false });
  return [source, ...routes.map(({ destination }) => destination), ...pulled] as unknown as AnyPlace[];
}
