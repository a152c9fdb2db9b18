import type { Construct } from 'constructs';
import type { RelayContext, RouteContext } from './config.ts';
import { GrantedStack } from './granted-stack.ts';
import { type StackPlace, stackPlaces } from './places.ts';
import { RelayBucket } from './relay-bucket.ts';
import { WriterRole } from './writer-role.ts';

export interface DestinationStackProps extends Omit<StackPlace<RouteContext>, 'id'> {
  config: RelayContext;
}

/** Account B's side: its buckets, and per route a role that may put objects there and do nothing else. */
export class DestinationStack extends GrantedStack {
  constructor(scope: Construct, id: string, props: DestinationStackProps) {
    const description = 'Upload Relay: the destination bucket and its write-only role';
    super(scope, id, { ...props, kind: 'destination', description });
    for (const route of props.routes) {
      const { bucket, existingBucket, versioned, kmsKeyArn } = route.destination;
      if (!existingBucket) new RelayBucket(this, `${route.name}-bucket`, { bucketName: bucket, versioned, kmsKeyArn });
      new WriterRole(this, `${route.name}-writer`, { config: props.config, route });
    }
  }
}

export function destinationGroups({ routes }: RelayContext): StackPlace<RouteContext>[] {
  return stackPlaces('Destination', routes, ({ destination }) => destination);
}
