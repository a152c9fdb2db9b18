import type { AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import type { Pull } from '../core/route.ts';
import type { PullingRoute } from './policies.ts';
import { type RouteRole, roleCredentials, type SessionCredentials, sessionOf } from './role-session.ts';
import type { RoleWatch } from './role-watch.ts';
import { listingPolicy, readingPolicy } from './session-policy.ts';

/** Credentials of a route's reader role, confined to the objects that the route takes. */
export function readerCredentials(
  sts: STSClient,
  route: PullingRoute,
  watch: RoleWatch,
): () => Promise<SessionCredentials> {
  return roleCredentials(sts, readerRole(route.name, route.pull), readingPolicy(route), watch);
}

/** The same for replay, which has no business with contents. */
export function listerCredentials(
  sts: STSClient,
  route: Omit<PullingRoute, 'copyTags'>,
): () => Promise<SessionCredentials> {
  return roleCredentials(sts, readerRole(route.name, route.pull), listingPolicy(route));
}

/** What a session of the reader role is asked for with, but for the policy that confines it. */
export function readerSession(routeName: string, pull: Pull): AssumeRoleCommandInput {
  return sessionOf(readerRole(routeName, pull));
}

export function readerRole(routeName: string, { readerRoleArn, externalId }: Pull): RouteRole {
  return { routeName, roleArn: readerRoleArn, externalId };
}
