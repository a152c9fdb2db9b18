import type { AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import type { Route } from '../core/route.ts';
import { type RouteRole, roleCredentials, type SessionCredentials, sessionOf } from './role-session.ts';
import type { RoleWatch } from './role-watch.ts';
import { sessionPolicy } from './session-policy.ts';

/** Credentials of a route's writer role, confined to the route's bucket and prefix. */
export function writerCredentials(sts: STSClient, route: Route, watch?: RoleWatch): () => Promise<SessionCredentials> {
  return roleCredentials(sts, writerRole(route), sessionPolicy(route), watch);
}

/** What a session of the writer role is asked for with, but for the policy that confines it. */
export function writerSession(route: Route): AssumeRoleCommandInput {
  return sessionOf(writerRole(route));
}

export function writerRole({ name, writerRoleArn, externalId }: Route): RouteRole {
  return { routeName: name, roleArn: writerRoleArn, externalId };
}
