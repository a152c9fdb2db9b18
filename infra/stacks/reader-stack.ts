import type { Construct } from 'constructs';
import { type PullingRouteContext, pullingRoutes, type RelayContext } from '../config/relay-context.ts';
import { ReaderRole } from '../constructs/reader-role.ts';
import { GrantedStack } from './granted-stack.ts';
import { type StackGroup, stackGroups } from './stack-groups.ts';

export interface ReaderStackProps extends Omit<StackGroup<PullingRouteContext>, 'id'> {
  config: RelayContext;
}

/** A customer's side: per route a role that may list and read what the route takes. The bucket is the customer's and stays as it is. */
export class ReaderStack extends GrantedStack {
  constructor(scope: Construct, id: string, props: ReaderStackProps) {
    const description = 'Upload Relay: the role that reads the bucket of a route in pull mode';
    super(scope, id, { ...props, kind: 'reader', description });
    for (const route of props.routes) new ReaderRole(this, `${route.name}-reader`, { config: props.config, route });
  }
}

/** None without a route that pulls. */
export function readerGroups(config: RelayContext): StackGroup<PullingRouteContext>[] {
  return stackGroups('Reader', pullingRoutes(config), ({ pull }) => pull);
}
