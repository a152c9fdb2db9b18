/** The stack of a customer's account: reader roles. */
import type { Construct } from 'constructs';
import { type PullingRouteContext, pullingRoutes, type RelayContext } from '../config/relay-context.ts';
import { ReaderRole } from '../constructs/reader-role.ts';
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
    for (const route of props.routes) new ReaderRole(this, `${route.name}-reader`, { config: props.config, route });
  }
}

/** Empty when no route pulls. */
export function readerGroups(config: RelayContext): StackGroup<PullingRouteContext>[] {
  return stackGroups('Reader', pullingRoutes(config), ({ pull }) => pull);
}
