/** Credentials for the S3 clients of a route: a session of one of its two roles, confined by a session policy. */
import type { STSClient } from '@aws-sdk/client-sts';
import type { ListedRoute, Pulling, Route } from '../core/route.ts';
import { roleCredentials, type SessionCredentials } from './role-session.ts';
import type { RoleWatch } from './role-watch.ts';
import { readerRole, writerRole } from './route-role.ts';
import { listingPolicy, readingPolicy, sessionPolicy } from './session-policy.ts';

type Credentials = () => Promise<SessionCredentials>;

/** The writer role, confined to the route's bucket and prefix. */
export function writerCredentials(sts: STSClient, route: Route, watch?: RoleWatch): Credentials {
  return roleCredentials(sts, writerRole(route), sessionPolicy(route), watch);
}

/** The reader role, confined to the objects that the route takes. */
export function readerCredentials(sts: STSClient, route: Pulling, watch: RoleWatch): Credentials {
  return roleCredentials(sts, readerRole(route.name, route.pull), readingPolicy(route), watch);
}

/** The reader role for replay, which lists objects and does not read them. */
export function listerCredentials(sts: STSClient, route: Pulling<ListedRoute>): Credentials {
  return roleCredentials(sts, readerRole(route.name, route.pull), listingPolicy(route));
}
