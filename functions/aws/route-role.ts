/** The two roles of other accounts that a route acts as: its writer role and, if it pulls, its reader role. */
import type { Pull, Route } from '../core/route.ts';

/** A role of another account, as a route assumes it. */
export interface RouteRole {
  routeName: string;
  roleArn: string;
  externalId: string;
}

export function writerRole({ name, writerRoleArn, externalId }: Route): RouteRole {
  return { routeName: name, roleArn: writerRoleArn, externalId };
}

export function readerRole(routeName: string, { readerRoleArn, externalId }: Pull): RouteRole {
  return { routeName, roleArn: readerRoleArn, externalId };
}
