import { CfnOutput, type IStackSynthesizer, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type PullingRouteContext, pullingRoutes, type RelayContext } from './config.ts';
import { type StackPlace, stackPlaces } from './places.ts';
import { ReaderRole } from './reader-role.ts';

export interface ReaderStackProps {
  config: RelayContext;
  account: string;
  region: string;
  /** The routes that read a bucket of this account and region. */
  routes: PullingRouteContext[];
}

/** A customer's side: per route a role that may list and read what the route takes. The bucket is the customer's and stays as it is. */
export class ReaderStack extends Stack {
  constructor(scope: Construct, id: string, { config, account, region, routes }: ReaderStackProps) {
    super(scope, id, {
      stackName: `upload-relay-${id.toLowerCase()}`,
      env: { account, region },
      description: 'Upload Relay: the role that reads the bucket of a route in pull mode',
      // Nothing but a template is deployed, with the customer's own credentials, so it needs no `cdk bootstrap`.
      synthesizer: new LegacyStackSynthesizer() as IStackSynthesizer,
    });
    for (const route of routes) {
      const { role } = new ReaderRole(this, `${route.name}-reader`, { config, route });
      new CfnOutput(this, `${route.name}-reader-role`, { value: role.roleArn });
    }
  }
}

/** None without a route that pulls. */
export function readerGroups(config: RelayContext): StackPlace<PullingRouteContext>[] {
  return stackPlaces('Reader', pullingRoutes(config), ({ pull }) => pull);
}
