/** What a configuration says is there already: buckets that no stack makes. */
import { type StackInput, templateStack } from '../../emulator/index.ts';
import { ownSource, pullingRoutes, type RelayContext } from '../../infra/config/relay-context.ts';

interface Place {
  account: string;
  region: string;
  bucket: string;
}

/** A stack for each account and region that has such buckets; with versions, and telling EventBridge of uploads. */
export function existingBuckets(config: RelayContext): StackInput[] {
  const { source, routes } = config;
  const own = ownSource(config);
  const { account, region } = source;
  const made = new Set(
    routes.flatMap(({ destination: { bucket, existingBucket } }) => (existingBucket ? [] : [bucket])),
  );
  const places: Place[] = [
    ...(own && source.existingBucket ? [{ account, region, bucket: own.bucket }] : []),
    ...pullingRoutes(config).map(({ pull }) => pull),
    ...routes.map(({ destination }) => destination).filter(({ existingBucket }) => existingBucket),
  ];
  const existing = new Map(places.filter(({ bucket }) => !made.has(bucket)).map((place) => [place.bucket, place]));
  const groups = Map.groupBy(existing.values(), (place) => `${place.account} ${place.region}`);
  return [...groups.values()].map((group) => stackOf(group));
}

function stackOf(places: Place[]): StackInput {
  const { account, region } = places[0]!;
  const Resources = Object.fromEntries(
    places.map(({ bucket: BucketName }, index) => [
      `Bucket${index}`,
      {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName,
          VersioningConfiguration: { Status: 'Enabled' },
          NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
        },
      },
    ]),
  );
  return templateStack({ account, region, name: 'existing-buckets', template: { Resources } });
}
