/** What IAM's operations share: one call, its parameters, and who may act on whom. */
import { ApiError, type Caller } from '../../../core/api.ts';
import type { XmlNode } from '../../../protocols/xml.ts';
import type { Directory } from '../state/directory.ts';
import type { Role, User } from '../state/entities.ts';
import { type ParameterName, readInput } from './parameters.ts';

/** One request, as its operation sees it. */
export interface Call {
  /** e.g. `CreateUser` */
  action: string;
  directory: Directory;
  caller: Caller;
  /** The caller's own: IAM never acts in another one. */
  account: string;
  /** @throws ApiError `AccessDenied` (403) unless the caller may do this to the user or role of that ARN */
  authorize(arn: string): void;
}

export type Operation = (call: Call, parameters: URLSearchParams) => XmlNode;

/** An operation with the names of all parameters that it knows. It sees only parameters that have been checked. */
export function operation<const Needed extends ParameterName = never, const Optional extends ParameterName = never>({
  needs = [],
  takes = [],
  perform,
}: {
  needs?: readonly Needed[];
  takes?: readonly Optional[];
  perform(call: Call, input: Record<Needed, string> & Partial<Record<Optional, string>>): XmlNode;
}): Operation {
  return (call, parameters) => {
    const input = readInput(call.action, parameters, needs, takes);
    return perform(call, input as Record<Needed, string> & Partial<Record<Optional, string>>);
  };
}

/**
 * The user that an operation is about; without a name the caller, if it is a user.
 * Authorisation comes before the look-up: whoever may not ask doesn't learn which names exist.
 * @throws ApiError `AccessDenied` (403), `NoSuchEntity` (404), `ValidationError` (400) for a missing name
 */
export function authorizedUser(call: Call, name = ownName(call)): User {
  const { account, directory } = call;
  const user = directory.findUser(account, name);
  call.authorize(user?.arn ?? directory.iamArn(account, `user/${name}`));
  if (user) return user;
  throw new ApiError('NoSuchEntity', 404, `The user with name ${name} cannot be found.`);
}

/** @throws ApiError `AccessDenied` (403), `NoSuchEntity` (404) */
export function authorizedRole(call: Call, name: string): Role {
  const { account, directory } = call;
  const role = directory.findRole(account, name);
  call.authorize(role?.arn ?? directory.iamArn(account, `role/${name}`));
  if (role) return role;
  throw new ApiError('NoSuchEntity', 404, `The role with name ${name} cannot be found.`);
}

function ownName({ caller: { principal } }: Call): string {
  if (principal.kind === 'user') return principal.name;
  throw new ApiError('ValidationError', 400, 'Must specify userName when calling with non-User credentials');
}

/** Nothing is cut into pages here: a list is always whole. */
export function wholeList(name: string, members: XmlNode[]): XmlNode {
  return { [name]: { member: members }, IsTruncated: false };
}

/** @throws ApiError `NotImplemented` (501): a boundary's ARN isn't kept, and an answer without it would mislead */
export function checkNoBoundary({ arn, permissionsBoundary }: User | Role): void {
  if (!permissionsBoundary) return;
  throw new ApiError('NotImplemented', 501, `The local AWS can't show the permissions boundary of ${arn}.`);
}

/** IAM refuses to delete what still has something hanging on it. */
export function deleteConflict(problem: string): ApiError {
  return new ApiError('DeleteConflict', 409, `Cannot delete entity, must ${problem} first.`);
}

/** IAM's times have no fractions of a second. */
export function timestamp(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
