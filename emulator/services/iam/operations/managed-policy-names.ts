/** Managed policies by their ARNs: who may act on them, and which are there. */
import { ApiError } from '../../../core/api.ts';
import type { ManagedPolicy } from '../state/managed-policies.ts';
import { noSuchEntity } from '../state/names.ts';
import type { Call } from './operation.ts';

/**
 * The policy that an operation is about: one of the caller's account or, unless it is to be changed, one of AWS's own.
 * @throws ApiError `AccessDenied` (403), `NoSuchEntity` (404)
 */
export function authorizedPolicy(call: Call, arn: string, { changes }: { changes: boolean }): ManagedPolicy {
  const policy = visible(call, arn);
  call.authorize(arn, policy);
  if (!policy) throw noSuchEntity(`Policy ${arn} was not found.`);
  if (changes && policy.isAwsManaged) throw new ApiError('AccessDenied', 403, `Policy ${arn} is managed by AWS.`);
  return policy;
}

/** @throws ApiError `NoSuchEntity` (404) */
export function attachable(call: Call, arn: string): ManagedPolicy {
  const policy = visible(call, arn);
  if (policy) return policy;
  throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
}

/** AWS's own of another partition don't exist, and neither do those of another account. */
function visible({ directory, account }: Call, arn: string): ManagedPolicy | undefined {
  const owners = [account, 'aws'].map((owner) => directory.iamArn(account, '').replace(`::${account}:`, `::${owner}:`));
  return owners.some((start) => arn.startsWith(start)) ? directory.managedPolicies.find(arn) : undefined;
}
