/** The stack of a customer's account: reader roles. */
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { type PullingRouteContext, pullingRoutes, type RelayContext } from '../config/relay-context.ts';
import { relayNames } from '../names.ts';
import { UploadReader } from '../upload-reader/upload-reader.ts';
import { GrantedStack } from './granted-stack.ts';
import { type StackGroup, stackGroups } from './stack-groups.ts';

export interface ReaderStackProps extends Omit<StackGroup<PullingRouteContext>, 'id'> {
  config: RelayContext;
}

/** A customer's stack: for each route a role that may list and read what the route takes. The stack doesn't change the bucket. */
export class ReaderStack extends GrantedStack {
  constructor(scope: Construct, id: string, props: ReaderStackProps) {
    const description = 'Upload Relay: the role that reads the bucket of a route in pull mode';
    super(scope, id, { ...props, kind: 'reader', description });
    for (const route of props.routes) this.#add(props.config, route);
  }

  #add(config: RelayContext, { name, filter, pull, copyTags }: PullingRouteContext): void {
    const { source, relay } = config;
    const role = new Construct(this, `${name}-reader`);
    new UploadReader(role, 'Default', {
      relayAccount: source.account,
      relayRoleName: source.relayRoleName,
      relayRolePath: source.rolePath,
      replay: relay.replay,
      ...(relay.replay && { replayRoleName: relayNames(config).replayRole }),
      externalId: pull.externalId,
      bucket: Bucket.fromBucketName(role, 'Bucket', pull.bucket),
      prefix: filter.prefix,
      ...(pull.kmsKeyArn !== undefined && { encryptionKey: Key.fromKeyArn(role, 'Key', pull.kmsKeyArn) }),
      copyTags,
      roleName: pull.readerRoleName,
      rolePath: pull.readerRolePath,
      routeName: name,
    });
  }
}

/** Empty when no route pulls. */
export function readerGroups(config: RelayContext): StackGroup<PullingRouteContext>[] {
  return stackGroups('Reader', pullingRoutes(config), ({ pull }) => pull);
}
