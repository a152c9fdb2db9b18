import { CfnOutput, type IStackSynthesizer, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { RelayContext, RouteContext } from './config.ts';
import { type StackPlace, stackPlaces } from './places.ts';
import { RelayBucket } from './relay-bucket.ts';
import { WriterRole } from './writer-role.ts';

export interface DestinationStackProps {
  config: RelayContext;
  account: string;
  region: string;
  /** The routes that end in this account and region. */
  routes: RouteContext[];
}

/** Account B's side: its buckets, and per route a role that may put objects there and do nothing else. */
export class DestinationStack extends Stack {
  constructor(scope: Construct, id: string, { config, account, region, routes }: DestinationStackProps) {
    super(scope, id, {
      stackName: `upload-relay-${id.toLowerCase()}`,
      env: { account, region },
      description: 'Upload Relay: the destination bucket and its write-only role',
      // Nothing but a template is deployed, with team B's own credentials, so it needs no `cdk bootstrap`.
      synthesizer: new LegacyStackSynthesizer() as IStackSynthesizer,
    });
    for (const route of routes) {
      const { bucket, existingBucket, versioned, kmsKeyArn } = route.destination;
      if (!existingBucket) new RelayBucket(this, `${route.name}-bucket`, { bucketName: bucket, versioned, kmsKeyArn });
      const { role } = new WriterRole(this, `${route.name}-writer`, { config, route });
      new CfnOutput(this, `${route.name}-writer-role`, { value: role.roleArn });
    }
  }
}

export function destinationGroups({ routes }: RelayContext): StackPlace<RouteContext>[] {
  return stackPlaces('Destination', routes, ({ destination }) => destination);
}
