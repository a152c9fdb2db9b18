/** The names of users, roles and policies: which are taken, and IAM's errors for those that are or aren't there. */
import type { HolderKind } from '../../../authorization/acceptance.ts';
import { ApiError } from '../../../core/api.ts';
import type { NamedPolicy } from '../../../core/policy-document.ts';

/** IAM keeps the case of a name, but no two names may differ only in it. */
export function isTaken(identities: readonly { name: string }[], wanted: string): boolean {
  return identities.some(({ name }) => name.toLowerCase() === wanted.toLowerCase());
}

export function without(policies: NamedPolicy[], policyName: string, kind: HolderKind): NamedPolicy[] {
  const rest = policies.filter(({ name }) => name !== policyName);
  if (rest.length === policies.length)
    throw noSuchEntity(`The ${kind} policy with name ${policyName} cannot be found.`);
  return rest;
}

export function alreadyExists(type: string, name: string): ApiError {
  return new ApiError('EntityAlreadyExists', 409, `${type} with name ${name} already exists.`);
}

export function noSuchEntity(message: string): ApiError {
  return new ApiError('NoSuchEntity', 404, message);
}

/** @throws ApiError `ValidationError` (400) unless it is from an hour to twelve */
export function checkSessionDuration(seconds: number): void {
  if (seconds >= 3600 && seconds <= 43_200) return;
  const bound = seconds < 3600 ? 'greater than or equal to 3600' : 'less than or equal to 43200';
  const problem = `1 validation error detected: Value '${seconds}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value ${bound}`;
  throw new ApiError('ValidationError', 400, problem);
}
