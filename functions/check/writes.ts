/** Checks that objects arrive at the destination, and that it verifies checksums. */
import type { PutObjectCommandInput, PutObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { encryptStatement } from '../aws/policies.ts';
import type { Route } from '../core/route.ts';
import { rowOf } from '../failures/classify.ts';
import { describe, type ErrorFacts } from '../failures/facts.ts';
import { doubtAbout } from '../transfer/answered.ts';
import { type EncryptionHeaders, encryptionFor } from '../transfer/attributes.ts';
import { type Attempt, attempt, endOf, isRefusal, isUndecided } from './attempt.ts';
import type { Check } from './context.ts';
import { explainWrite, type FailedWrite } from './explain-write.ts';
import { atDestination, type Finding, failed, ok, skipped } from './line.ts';
import { PROBE_CHECKSUM, probeKey, putInParts, putNothing, putProbe } from './probe.ts';

const NOT_S3 =
  'The destination does not verify checksums, so it is not Amazon S3 as documented; nothing delivered there is proved.';

/** The key is this check's own, so only this write can have stored it: its first answer was lost. */
const TAKEN = 'it was there already when it was tried again: the first answer was lost';

type Write<Answer> = (writer: S3Client) => Promise<Answer>;

/** The destination must also have verified the checksum of the object. */
export async function smallObjectArrives(check: Check, route: Route): Promise<Finding> {
  const write: Write<PutObjectCommandOutput> = (writer) => putProbe(writer, check, route);
  const put = await attempt(write(check.clients.confined(route)));
  if (put.kind === 'failed') return isTaken(put.error) ? ok(TAKEN) : explained(check, route, put.error, write);
  const doubt = doubtAbout(put.answer, PROBE_CHECKSUM);
  if (doubt !== undefined) return failed(doubt, atDestination(route, NOT_S3));
  const place = `s3://${route.destination.bucket}/${probeKey(check, route, 'small')}`;
  return (
    wrongKey(check, route, put.answer.SSEKMSKeyId) ??
    ok(`${place}, verified by its CRC32${withKey(put.answer.SSEKMSKeyId)}`)
  );
}

export async function partsArrive(check: Check, route: Route): Promise<Finding> {
  const write: Write<void> = (writer) => putInParts(writer, check, route);
  const put = await attempt(write(check.clients.confined(route)));
  if (put.kind === 'failed') return isTaken(put.error) ? ok(TAKEN) : explained(check, route, put.error, write);
  return ok(`s3://${route.destination.bucket}/${probeKey(check, route, 'in-parts')}, verified by its CRC32`);
}

/** The proof of every delivery depends on it. */
export async function wrongChecksumIsRefused(check: Check, route: Route): Promise<Finding> {
  const put = await attempt(putNothing(check.clients.confined(route), check, route));
  if (put.kind === 'failed' && put.error.name === 'BadDigest') return ok('refused');
  if (put.kind === 'failed' && isRefusal(put.error)) return skipped('refused already for want of rights');
  if (put.kind === 'failed' && isAboutElse(put.error)) return skipped(`not tried: ${describe(put.error)}`);
  return failed(put.kind === 'done' ? 'stored' : describe(put.error), atDestination(route, NOT_S3));
}

/** Another line says what must be changed: nothing could be written at all. */
function isAboutElse(error: ErrorFacts): boolean {
  return isUndecided(error) || rowOf(error, 'destination').code === 'DestinationKeyDenied';
}

/** Tries the write in other ways: one refusal alone does not tell its reason. */
async function explained<T>(check: Check, route: Route, error: ErrorFacts, write: Write<T>): Promise<Finding> {
  const { clients, config } = check;
  const nothing = (change: Partial<PutObjectCommandInput>) =>
    attempt(putNothing(clients.role(route), check, route, change));
  const failure: FailedWrite = {
    route,
    sourceAccount: config.sourceAccount,
    error,
    byRoleItself: (await attempt(write(clients.role(route)))).kind,
    byAnyOwner: isLetThrough(await nothing({ ExpectedBucketOwner: undefined })) ? 'allowed' : 'refused',
    aclIsDemanded: isAboutAcl(await nothing({ ACL: 'bucket-owner-full-control' })),
    conditionIsDemanded: isLetThrough(await nothing({ IfNoneMatch: '*' })),
    encryptionDemanded: await encryptionDemanded(route, nothing),
  };
  return { ...failed(describe(error), explainWrite(failure)), ends: endOf(error) };
}

function isTaken({ status }: ErrorFacts): boolean {
  return status === 412;
}

function isLetThrough(put: Attempt): boolean {
  return put.kind === 'done' || !(isRefusal(put.error) || isUndecided(put.error));
}

/** With the ACL the Deny no longer applies. What remains is that the role may not send an ACL, or that the bucket takes none. */
function isAboutAcl(put: Attempt): boolean {
  return isLetThrough(put) || (put.kind === 'failed' && put.error.message.includes('s3:PutObjectAcl'));
}

/** The encryption that a route would have to name, if its writes name none. */
async function encryptionDemanded(
  { destination }: Route,
  nothing: (change: EncryptionHeaders) => Promise<Attempt>,
): Promise<FailedWrite['encryptionDemanded']> {
  if (destination.sendEncryption) return undefined;
  if (isLetThrough(await nothing(encryptionFor({ ...destination, sendEncryption: true })))) return 'as configured';
  return isLetThrough(await nothing({ ServerSideEncryption: 'aws:kms' })) ? 'with a key' : undefined;
}

function wrongKey({ config }: Check, route: Route, used: string | undefined): Finding | undefined {
  const { kmsKeyArn } = route.destination;
  if (kmsKeyArn === undefined || used === kmsKeyArn) return undefined;
  const found = used === undefined ? 'stored without a KMS key' : `stored under the key ${used}`;
  const change = `cdk.json names the key ${kmsKeyArn} for route "${route.name}": make it the bucket's default, or correct destination.kmsKeyArn on both sides; this side's account is ${config.sourceAccount}.`;
  return failed(found, atDestination(route, change, encryptStatement(route, kmsKeyArn)));
}

function withKey(used: string | undefined): string {
  return used === undefined ? '' : `, encrypted with ${used}`;
}
