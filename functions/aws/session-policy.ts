/**
 * What confines the relay's sessions: a session has the rights that the role's policies and this one have in common
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session). STS takes 2,048 characters, so a statement
 * has no Sid here, and one about a key leaves the prefix to the statement about S3, through which alone the key may be used.
 */
import type { ListedRoute, Pulling, Route } from '../core/route.ts';
import { listStatement, readStatements, type Statement, writeStatements } from './policies.ts';

const ANY_PREFIX = '';

/** What a session of the writer role may do at most: this route's bucket and prefix, whatever else the role allows. */
export function sessionPolicy(route: Route): string {
  return policyOf(writeStatements(route, ANY_PREFIX));
}

/** What the relay's session of a reader role may do at most: read what the route takes, and tell what is missing. */
export function readingPolicy(route: Pulling): string {
  return policyOf(readStatements(route, ANY_PREFIX));
}

/** What replay's session of a reader role may do at most. */
export function listingPolicy(route: Pulling<ListedRoute>): string {
  return policyOf([listStatement(route)]);
}

function policyOf(statements: Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements.map(({ Sid: _, ...rest }) => rest) });
}
