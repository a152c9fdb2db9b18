/** Checks the source's side of a route that pulls. */
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { readStatements } from '../aws/policies.ts';
import { type Pulling, pulls, type Route } from '../core/route.ts';
import { placeOf } from '../core/source-object.ts';
import { attempt } from './attempt.ts';
import type { Check, Identity } from './context.ts';
import { atSource, type Finding, skipped } from './line.ts';
import { WRONG_CRC32 } from './probe.ts';
import { mustBeRefused } from './refusals.ts';
import { checkedReader, demandsExternalId, letsRelayIn } from './role-trust.ts';
import { canRead, canTellMissing, pulledBucket } from './source.ts';

/** What the reader role must not be able to do. The role itself tries it. */
const FORBIDDEN: Record<string, (s3: S3Client, route: Pulling) => Promise<unknown>> = {
  // Stores nothing, since its checksum is wrong.
  PUT: (s3, route) => s3.send(new PutObjectCommand({ ...unusedKey(route), Body: 'x', ChecksumCRC32: WRONG_CRC32 })),
  // There is no such object. A versioned bucket that allows the request gets a delete marker under the check's own key.
  DELETE: (s3, route) => s3.send(new DeleteObjectCommand(unusedKey(route))),
};

/** What must work comes first, then what must be refused. */
export async function checkPull(check: Check, route: Route, identity: Identity): Promise<[string, Finding][]> {
  if (!pulls(route)) return [];
  const reader = checkedReader(check, route, identity);
  const session = await letsRelayIn(check, reader, identity);
  const looks: [string, () => Promise<Finding>][] = [
    ['a missing object is told apart', () => canTellMissing(pulledBucket(check, route))],
    ['the source can be read', () => canRead(pulledBucket(check, route))],
    ...Object.keys(FORBIDDEN).map((request): [string, () => Promise<Finding>] => [
      `${request} at the source is refused`,
      () => isForbidden(check, route, request),
    ]),
  ];
  const lines: [string, Finding][] = [['the reader role lets the relay in', session]];
  let ends = session.status === 'ok' ? undefined : 'without a session of the reader role';
  for (const [name, look] of looks) {
    const finding = ends === undefined ? await look() : skipped(ends);
    lines.push([name, finding]);
    ends ??= finding.ends;
  }
  lines.push(['a wrong external id is refused by the reader role', await demandsExternalId(reader)]);
  return lines;
}

async function isForbidden({ clients }: Check, route: Pulling, request: string): Promise<Finding> {
  const tried = await attempt(FORBIDDEN[request]!(clients.readerRole(route), route));
  const { account, readerRoleArn } = route.pull;
  const change = `${request} is allowed to ${readerRoleArn}, by its own policies or by the bucket's: take that away. These statements are all it needs.`;
  return mustBeRefused(tried, () => atSource(account, change, readStatements(route)));
}

function unusedKey({ pull, filter }: Pulling) {
  const key = `${filter.prefix}upload-relay-check/no-such-object${filter.suffix}`;
  return placeOf({ bucket: pull.bucket, key }, pull.account);
}
