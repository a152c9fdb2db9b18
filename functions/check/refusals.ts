/** Checks that the destination refuses what it must refuse. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { destinationArn, writeStatements } from '../aws/policies.ts';
import type { Route } from '../core/route.ts';
import { placeOf } from '../core/source-object.ts';
import { describe } from '../failures/facts.ts';
import { type Attempt, attempt, isRefusal, isUndecided } from './attempt.ts';
import type { Check } from './context.ts';
import { atDestination, type Finding, failed, ok, type Remedy, skipped } from './line.ts';
import { keyOutside, probeKey, putNothing } from './probe.ts';

/** For `aws s3api put-public-access-block`. */
const NO_PUBLIC_ACCESS = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

/**
 * What the writer role must not be able to do. The role itself tries each request, since a refusal by the relay's session policy
 * proves nothing about the role.
 */
const FORBIDDEN: Record<string, (writer: S3Client, check: Check, route: Route) => Promise<unknown>> = {
  GET: (writer, check, route) => writer.send(new GetObjectCommand(probe(check, route))),
  HEAD: (writer, check, route) => writer.send(new HeadObjectCommand(probe(check, route))),
  LIST: (writer, _, { destination }) => {
    const { account, bucket, prefix } = destination;
    const place = { Bucket: bucket, ExpectedBucketOwner: account };
    return writer.send(new ListObjectsV2Command({ ...place, Prefix: prefix, MaxKeys: 1 }));
  },
  DELETE: (writer, check, route) => writer.send(new DeleteObjectCommand(probe(check, route))),
};

export const FORBIDDEN_REQUESTS = Object.keys(FORBIDDEN);

export async function isForbidden(check: Check, route: Route, request: string): Promise<Finding> {
  const tried = await attempt(FORBIDDEN[request]!(check.clients.role(route), check, route));
  return mustBeRefused(tried, () =>
    atDestination(
      route,
      `${request} is allowed to ${route.writerRoleArn}, by its own policies or by the bucket's: take that away. This is all it needs.`,
      writeStatements(route),
    ),
  );
}

/** Tries a write that stores nothing. */
export async function outsideIsForbidden(check: Check, route: Route): Promise<Finding> {
  const key = keyOutside(check, route);
  if (key === undefined) return skipped('the route has the whole bucket: destination.prefix is empty');
  const tried = await attempt(putNothing(check.clients.role(route), check, route, { Key: key }));
  return mustBeRefused(tried, () =>
    atDestination(
      route,
      `${route.writerRoleArn} may put objects outside "${route.destination.prefix}": narrow its policy to this.`,
      writeStatements(route),
    ),
  );
}

/** Tries a correctly signed write of the writer role, over plain HTTP. */
export async function plainHttpIsForbidden(check: Check, route: Route): Promise<Finding> {
  const tried = await attempt(putNothing(check.clients.plain(route), check, route));
  if (tried.kind === 'failed' && tried.error.status === undefined)
    return ok(`nobody answers (${describe(tried.error)})`);
  return mustBeRefused(tried, () =>
    atDestination(
      route,
      `Bucket ${route.destination.bucket} answers over plain HTTP: its policy needs this statement.`,
      tlsStatement(route),
    ),
  );
}

/** Tries to read, list and write without credentials. */
export async function publicIsForbidden(check: Check, route: Route): Promise<Finding> {
  const stranger = check.clients.stranger(route);
  const requests: [string, () => Promise<unknown>][] = [
    ['GET', () => FORBIDDEN['GET']!(stranger, check, route)],
    ['LIST', () => FORBIDDEN['LIST']!(stranger, check, route)],
    ['PUT', () => putNothing(stranger, check, route)],
  ];
  for (const [request, send] of requests) {
    const finding = mustBeRefused(await attempt(send()), () =>
      atDestination(
        route,
        `Everybody may ${request} in bucket ${route.destination.bucket}: block public access (aws s3api put-public-access-block), then remove the statement of the bucket's policy that names everybody.`,
        NO_PUBLIC_ACCESS,
      ),
    );
    if (finding.status !== 'ok') return { ...finding, found: `${request}: ${finding.found}` };
  }
  return ok('refused');
}

/** Every answer but a refusal means that the request was allowed, even an error such as `BadDigest` or "not found". */
export function mustBeRefused(tried: Attempt, remedy: () => Remedy): Finding {
  if (tried.kind === 'done') return failed('done', remedy());
  if (isRefusal(tried.error)) return ok('refused');
  if (isUndecided(tried.error)) return skipped(describe(tried.error));
  return failed(`let in, and answered by ${describe(tried.error)}`, remedy());
}

function probe(check: Check, route: Route) {
  const { account, bucket } = route.destination;
  return placeOf({ bucket, key: probeKey(check, route, 'small') }, account);
}

/** For the policy of the destination bucket. */
function tlsStatement(route: Route) {
  return {
    Sid: 'RefusePlainHttp',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [destinationArn(route), `${destinationArn(route)}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}
