/**
 * Confines the relay's sessions. A session has the rights that both the role's policies and its session policy grant
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session). STS takes 2,048 characters, so statements have no
 * Sid here, and a statement about a key leaves the prefix to the statement about S3: only S3 may use the key.
 */
import type { ListedRoute, Pulling, Route } from '../core/route.ts';
import { listStatement, readStatements, type Statement, writeStatements } from './policies.ts';

const ANY_PREFIX = '';

/** The relay's session of a writer role: writes under this route's bucket and prefix, whatever else the role allows. */
export function sessionPolicy(route: Route): string {
  return policyOf(writeStatements(route, ANY_PREFIX));
}

/** The relay's session of a reader role: reads what the route takes, and tells which objects are missing. */
export function readingPolicy(route: Pulling): string {
  return policyOf(readStatements(route, ANY_PREFIX));
}

/** Replay's session of a reader role: lists what the route takes. */
export function listingPolicy(route: Pulling<ListedRoute>): string {
  return policyOf([listStatement(route)]);
}

function policyOf(statements: Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements.map(({ Sid: _, ...rest }) => rest) });
}
