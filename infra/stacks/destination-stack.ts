/** The stack of a destination's account: buckets and writer roles. */
import type { Construct } from 'constructs';
import type { RelayContext, RouteContext } from '../config/relay-context.ts';
import { RelayBucket } from '../constructs/relay-bucket.ts';
import { WriterRole } from '../constructs/writer-role.ts';
import { GrantedStack } from './granted-stack.ts';
import { type StackGroup, stackGroups } from './stack-groups.ts';

export interface DestinationStackProps extends Omit<StackGroup<RouteContext>, 'id'> {
  config: RelayContext;
}

/** As long as relay-large may take for an object: the parts that it has uploaded must still exist. */
const INCOMPLETE_UPLOAD_DAYS = 7;

/** Account B's stack: its buckets, and for each route a role that may put objects there and nothing else. */
export class DestinationStack extends GrantedStack {
  constructor(scope: Construct, id: string, props: DestinationStackProps) {
    const description = 'Upload Relay: the destination bucket and its write-only role';
    super(scope, id, { ...props, kind: 'destination', description });
    for (const route of props.routes) {
      const { bucket, existingBucket, versioned, kmsKeyArn } = route.destination;
      const settings = { bucketName: bucket, versioned, incompleteUploadDays: INCOMPLETE_UPLOAD_DAYS, kmsKeyArn };
      if (!existingBucket) new RelayBucket(this, `${route.name}-bucket`, settings);
      new WriterRole(this, `${route.name}-writer`, { config: props.config, route });
    }
  }
}

export function destinationGroups({ routes }: RelayContext): StackGroup<RouteContext>[] {
  return stackGroups('Destination', routes, ({ destination }) => destination);
}
