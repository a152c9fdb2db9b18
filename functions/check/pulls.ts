import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { bucketArnOf, decryptStatement, partitionOf, readStatements } from '../aws/policies.ts';
import { readerRole } from '../aws/route-role.ts';
import { readingPolicy } from '../aws/session-policy.ts';
import { type Pulling, pulls, type Route } from '../core/route.ts';
import { attempt, describe, type ErrorFacts } from './attempt.ts';
import type { Check, Identity } from './context.ts';
import { atSource } from './explain-write.ts';
import { type Finding, failed, type Remedy, skipped } from './line.ts';
import { WRONG_CRC32 } from './probe.ts';
import { mustBeRefused } from './refusals.ts';
import { letIn, refusedBy, unlessDenied, wrongId, wrongIdMustBeRefused } from './session.ts';
import { canRead, canTellMissing, isAboutKey, keyIn, otherRemedy, type ReadBucket } from './source.ts';
import { assumeStatement, readerTrustStatement } from './statements.ts';

/** What a reader role must not be able to do, tried by the role itself. */
const FORBIDDEN: Record<string, (s3: S3Client, route: Pulling) => Promise<unknown>> = {
  // Stores nothing, since its checksum is wrong.
  PUT: (s3, route) => s3.send(new PutObjectCommand({ ...unusedKey(route), Body: 'x', ChecksumCRC32: WRONG_CRC32 })),
  // Nothing is there; a bucket with versions that lets it in gets a delete marker, which bears this check's name.
  DELETE: (s3, route) => s3.send(new DeleteObjectCommand(unusedKey(route))),
};

/** Looks at the source's side of a route that pulls: what must work, then what must not. */
export async function checkPull(check: Check, route: Route, identity: Identity): Promise<[string, Finding][]> {
  if (!pulls(route)) return [];
  const session = await canBecomeReader(check, route, identity);
  const looks: [string, () => Promise<Finding>][] = [
    ['a missing object is told apart', () => canTellMissing(customersBucket(check, route))],
    ['the source can be read', () => canRead(customersBucket(check, route))],
    ...Object.keys(FORBIDDEN).map((request): [string, () => Promise<Finding>] => [
      `${request} at the source is refused`,
      () => isForbidden(check, route, request),
    ]),
  ];
  const lines: [string, Finding][] = [['the reader role lets the relay in', session]];
  for (const [name, look] of looks) {
    lines.push([name, session.status === 'ok' ? await look() : skipped('without a session of the reader role')]);
  }
  lines.push(['a wrong external id is refused by the reader role', await externalIdIsDemanded(check, route, identity)]);
  return lines;
}

async function canBecomeReader({ config, clients }: Check, route: Pulling, identity: Identity): Promise<Finding> {
  const assumed = await attempt(clients.assumeReader(route, { Policy: readingPolicy(route) }));
  const { account, readerRoleArn, externalId } = route.pull;
  const role = readerRole(route.name, route.pull);
  if (assumed.kind === 'done') return letIn({ clients }, role);
  const { error } = assumed;
  const other = unlessDenied(error, config.sourceAccount);
  if (other) return failed(describe(error), other);
  if (/no identity-based policy allows/.test(error.message)) {
    const change = `Role ${identity.roleArn} may not assume the reader role: its policy needs this statement.`;
    const remedy = atSource(config.sourceAccount, change, assumeStatement(readerRoleArn));
    return refusedBy({ config, clients }, role, error, remedy);
  }
  const change = `${readerRoleArn} does not exist or does not trust this relay. Most often the external ids differ: on the relay's side it is "${externalId}". The role's trust policy must be this statement.`;
  const trust = readerTrustStatement(route.pull, identity.roleArn, config.replayRoleArn);
  return refusedBy({ config, clients }, role, error, atSource(account, change, trust));
}

async function externalIdIsDemanded({ config, clients }: Check, route: Pulling, identity: Identity) {
  const { account, readerRoleArn, externalId } = route.pull;
  const assumed = await attempt(clients.assumeReader(route, { ExternalId: wrongId(externalId) }));
  const trust = readerTrustStatement(route.pull, identity.roleArn, config.replayRoleArn);
  return wrongIdMustBeRefused(assumed, readerRoleArn, (change) => atSource(account, change, trust));
}

async function isForbidden({ clients }: Check, route: Pulling, request: string): Promise<Finding> {
  const tried = await attempt(FORBIDDEN[request]!(clients.readerRole(route), route));
  const { account, readerRoleArn } = route.pull;
  const change = `${request} is allowed to ${readerRoleArn}, by its own policies or by the bucket's: take that away. These statements are all it needs.`;
  return mustBeRefused(tried, () => atSource(account, change, readStatements(route)));
}

function customersBucket({ clients }: Check, route: Pulling): ReadBucket {
  const { bucket, account, kmsKeyArn, readerRoleArn } = route.pull;
  const remedyFor = (error: ErrorFacts): Remedy => {
    if (error.status === 404) {
      return atSource(
        account,
        `There is no bucket ${bucket}: make it, or correct pull.bucket of route "${route.name}".`,
      );
    }
    const other = otherRemedy(error, account);
    if (other) return other;
    if (isAboutKey(error)) {
      return atSource(
        account,
        `The reader role may not use the key of bucket ${bucket}: set pull.kmsKeyArn of route "${route.name}" on both sides, which gives role ${readerRoleArn} this statement, and let the key's policy leave it to IAM.`,
        decryptStatement(
          keyIn(error) ?? kmsKeyArn ?? "the ARN of the bucket's KMS key",
          bucketArnOf(bucket, partitionOf(readerRoleArn)),
          route.filter.prefix,
        ),
      );
    }
    return atSource(
      account,
      `Role ${readerRoleArn} may not read bucket ${bucket}, or the bucket belongs to another account than ${account}. Its policy needs these statements; a policy of the bucket's own must not deny them.`,
      readStatements(route),
    );
  };
  return { bucket, account, s3: clients.reader(route), routes: [route], remedyFor };
}

function unusedKey({ pull, filter }: Pulling) {
  return {
    Bucket: pull.bucket,
    Key: `${filter.prefix}upload-relay-check/no-such-object${filter.suffix}`,
    ExpectedBucketOwner: pull.account,
  };
}
