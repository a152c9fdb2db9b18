/**
 * What IAM takes of a policy beside its grammar: its size and the partition of what it names. White space doesn't count;
 * whether blanks inside a text do, IAM doesn't say, so here they count.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
 */
import { ApiError } from '../core/api.ts';
import { partitionOfArn } from '../core/partition.ts';
import type { NamedPolicy } from '../core/policy-document.ts';
import { listOf, type PolicyDocument } from '../core/policy-document.ts';

const MAX_TRUST_CHARACTERS = 2048;
const MAX_MANAGED_CHARACTERS = 6144;
/** All inline policies together. */
const MAX_INLINE_CHARACTERS = { role: 10_240, user: 2048, group: 5120 };
const ATTACHED_QUOTAS = { role: 'PoliciesPerRole', user: 'PoliciesPerUser', group: 'PoliciesPerGroup' };

export type HolderKind = keyof typeof MAX_INLINE_CHARACTERS;
/** The default; AWS raises it on request. */
const MAX_ATTACHED = 10;

/** @throws ApiError `LimitExceeded` (409) in IAM's words */
export function checkTrustSize(trust: PolicyDocument): void {
  if (charactersOf(trust) > MAX_TRUST_CHARACTERS) throw overQuota('ACLSizePerRole', MAX_TRUST_CHARACTERS);
}

/** @throws ApiError `LimitExceeded` (409) in IAM's words */
export function checkManagedSize(document: PolicyDocument): void {
  if (charactersOf(document) > MAX_MANAGED_CHARACTERS) throw overQuota('PolicySize', MAX_MANAGED_CHARACTERS);
}

/**
 * Checks everything that a user, role or group is about to hold.
 * @throws ApiError `LimitExceeded` (409) for too much of it, `MalformedPolicyDocument` (400) for a resource of another partition
 */
export function checkHeld(kind: HolderKind, name: string, policies: NamedPolicy[], partition: string): void {
  for (const { document } of policies) checkPartition(document, partition);
  const inline = policies.filter((policy) => !isAttached(policy));
  const characters = inline.reduce((sum, { document }) => sum + charactersOf(document), 0);
  if (characters > MAX_INLINE_CHARACTERS[kind]) {
    const problem = `Maximum policy size of ${MAX_INLINE_CHARACTERS[kind]} bytes exceeded for ${kind} ${name}`;
    throw new ApiError('LimitExceeded', 409, problem);
  }
  if (policies.length - inline.length > MAX_ATTACHED) {
    throw overQuota(ATTACHED_QUOTAS[kind], MAX_ATTACHED);
  }
}

/** An attached policy goes by its ARN, which no inline policy can have for a name. */
export function isAttached({ name }: NamedPolicy): boolean {
  return name.startsWith('arn:');
}

/** @throws ApiError `MalformedPolicyDocument` (400) in IAM's words for a resource of another partition */
export function checkPartition(document: PolicyDocument, partition: string): void {
  const foreign = foreignResource(document, partition);
  if (foreign === undefined) return;
  const problem = `Partition "${partitionOfArn(foreign)}" is not valid for resource "${foreign}".`;
  throw new ApiError('MalformedPolicyDocument', 400, problem);
}

/** A resource of another partition, of which no policy can speak; a wildcard in the partition's place is none. */
export function foreignResource(document: PolicyDocument, partition: string): string | undefined {
  const resources = listOf(document.Statement).flatMap((statement) => [
    ...listOf(statement.Resource),
    ...listOf(statement.NotResource),
  ]);
  return resources.find((resource) => {
    const named = partitionOfArn(resource);
    return resource.startsWith('arn:') && named !== partition && !/[*?$]/.test(named);
  });
}

function charactersOf(document: PolicyDocument): number {
  return JSON.stringify(document).length;
}

function overQuota(quota: string, limit: number): ApiError {
  return new ApiError('LimitExceeded', 409, `Cannot exceed quota for ${quota}: ${limit}`);
}
