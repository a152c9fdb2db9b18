/** The stack of a destination's account: buckets and writer roles. */
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { RelayContext, RouteContext } from '../config/relay-context.ts';
import { RelayBucket } from '../constructs/relay-bucket.ts';
import { INCOMPLETE_UPLOAD_DAYS, UploadDestination } from '../upload-destination/upload-destination.ts';
import { GrantedStack } from './granted-stack.ts';
import { type StackGroup, stackGroups } from './stack-groups.ts';

export interface DestinationStackProps extends Omit<StackGroup<RouteContext>, 'id'> {
  config: RelayContext;
}

/** Account B's stack: its buckets, and for each route a role that may put objects there and nothing else. */
export class DestinationStack extends GrantedStack {
  constructor(scope: Construct, id: string, props: DestinationStackProps) {
    const description = 'Upload Relay: the destination bucket and its write-only role';
    super(scope, id, { ...props, kind: 'destination', description });
    for (const route of props.routes) this.#add(props.config, route);
  }

  /** The bucket and the role have been deployed under these ids, and `Default` is no part of an id of the template. */
  #add({ source }: RelayContext, route: RouteContext): void {
    const { name, destination, writerRoleName, writerRolePath, externalId, copyTags } = route;
    const { prefix, kmsKeyArn } = destination;
    const bucket = this.#bucket(name, destination);
    const role = new Construct(this, `${name}-writer`);
    new UploadDestination(role, 'Default', {
      relayAccount: source.account,
      relayRoleName: source.relayRoleName,
      relayRolePath: source.rolePath,
      externalId,
      bucket,
      prefix,
      ...(kmsKeyArn !== undefined && { encryptionKey: Key.fromKeyArn(role, 'Key', kmsKeyArn) }),
      copyTags,
      roleName: writerRoleName,
      rolePath: writerRolePath,
      routeName: name,
    });
  }

  #bucket(route: string, { bucket, existingBucket, versioned, kmsKeyArn }: RouteContext['destination']): IBucket {
    const id = `${route}-bucket`;
    if (existingBucket) return Bucket.fromBucketName(this, id, bucket);
    const incompleteUploadDays = INCOMPLETE_UPLOAD_DAYS;
    return new RelayBucket(this, id, { bucketName: bucket, versioned, incompleteUploadDays, kmsKeyArn })
      .bucket as IBucket;
  }
}

export function destinationGroups({ routes }: RelayContext): StackGroup<RouteContext>[] {
  return stackGroups('Destination', routes, ({ destination }) => destination);
}
