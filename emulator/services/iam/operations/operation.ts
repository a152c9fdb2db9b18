/** What IAM's operations share: one call, its parameters, and who may act on whom. */
import { ApiError, type Caller, type ContextKeys } from '../../../core/api.ts';
import type { XmlNode } from '../../../protocols/xml.ts';
import type { Directory } from '../state/directory.ts';
import type { Group, Role, User } from '../state/entities.ts';
import { type Lists, readLists } from './lists.ts';
import { type ListName, type ParameterName, readInput } from './parameters.ts';
import { conditionKeys, type Subject } from './request-keys.ts';

/** One request, as its operation sees it. */
export interface Call {
  /** e.g. `CreateUser` */
  action: string;
  directory: Directory;
  caller: Caller;
  /** The caller's own: IAM never acts in another one. */
  account: string;
  /** Parameters that are lists. */
  lists: Lists;
  /**
   * @param subject what is acted on, as far as it is there and conditions can speak of it
   * @throws ApiError `AccessDenied` (403) unless the caller may do this to what has that ARN
   */
  authorize(arn: string, subject?: Subject): void;
  /** Whether the caller may do something else with it, too. @throws ApiError `AccessDenied` (403) */
  authorizeAlso(action: string, arn: string, context: ContextKeys): void;
}

export type Request = Pick<Call, 'action' | 'directory' | 'caller' | 'account'> & {
  ask(action: string, arn: string, context: ContextKeys): void;
};
export type Operation = (request: Request, parameters: URLSearchParams) => XmlNode;

/** An operation with the names of all parameters that it knows. It sees only parameters that have been checked. */
export function operation<const Needed extends ParameterName = never, const Optional extends ParameterName = never>({
  needs = [],
  takes = [],
  needsLists = [],
  takesLists = [],
  perform,
}: {
  needs?: readonly Needed[];
  takes?: readonly Optional[];
  needsLists?: readonly ListName[];
  takesLists?: readonly ListName[];
  perform(call: Call, input: Record<Needed, string> & Partial<Record<Optional, string>>): XmlNode;
}): Operation {
  return (request, parameters) => {
    const { action, ask } = request;
    const input = readInput(action, parameters, needs, takes, [...needsLists, ...takesLists]);
    const lists = readLists(action, parameters, needsLists);
    const call: Call = {
      ...request,
      lists,
      authorize: (arn, subject) => ask(action, arn, conditionKeys(action, input, lists, subject)),
      authorizeAlso: ask,
    };
    return perform(call, input as Record<Needed, string> & Partial<Record<Optional, string>>);
  };
}

/** What every list takes: how much of it, and from where on. */
export const PAGING = ['MaxItems', 'Marker'] as const;

/**
 * The user that an operation is about; without a name the caller, if it is a user.
 * Authorisation comes before the look-up: whoever may not ask doesn't learn which names exist.
 * @throws ApiError `AccessDenied` (403), `NoSuchEntity` (404), `ValidationError` (400) for a missing name
 */
export function authorizedUser(call: Call, name = ownName(call)): User {
  const { account, directory } = call;
  return authorized(call, directory.findUser(account, name), 'user', name);
}

/** @throws ApiError `AccessDenied` (403), `NoSuchEntity` (404), `UnmodifiableEntity` (400) for a change of one of AWS's own */
export function authorizedRole(call: Call, name: string): Role {
  const { account, directory } = call;
  const role = authorized(call, directory.findRole(account, name), 'role', name);
  if (!role.path.startsWith('/aws-reserved/') || /^(Get|List)/.test(call.action)) return role;
  const problem = `Cannot perform the operation on the protected role '${name}' - this role is only modifiable by AWS`;
  throw new ApiError('UnmodifiableEntity', 400, problem);
}

/** @throws ApiError `AccessDenied` (403), `NoSuchEntity` (404) */
export function authorizedGroup(call: Call, name: string): Group {
  const { account, directory } = call;
  return authorized(call, directory.findGroup(account, name), 'group', name);
}

function authorized<T extends User | Role | Group>(call: Call, found: T | undefined, kind: string, name: string): T {
  call.authorize(found?.arn ?? call.directory.iamArn(call.account, `${kind}/${name}`), found);
  return found ?? missing(kind, name);
}

/** @throws ApiError `NoSuchEntity` (404), always */
export function missing(kind: string, name: string): never {
  throw new ApiError('NoSuchEntity', 404, `The ${kind} with name ${name} cannot be found.`);
}

function ownName({ caller: { principal } }: Call): string {
  if (principal.kind === 'user') return principal.name;
  throw new ApiError('ValidationError', 400, 'Must specify userName when calling with non-User credentials');
}

/** IAM refuses to delete what still has something hanging on it. */
export function deleteConflict(problem: string): ApiError {
  return new ApiError('DeleteConflict', 409, `Cannot delete entity, must ${problem} first.`);
}

/** IAM's times have no fractions of a second. */
export function timestamp(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
