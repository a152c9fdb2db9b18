/** Inline policies: the same four operations for users and for roles. */

import { isAttached } from '../../../authorization/acceptance.ts';
import { parsePolicy } from '../../../authorization/policy.ts';
import { ApiError } from '../../../core/api.ts';
import type { NamedPolicy } from '../../../core/policy-document.ts';
import type { Role, User } from '../state/entities.ts';
import { encodedDocument } from './documents.ts';
import {
  authorizedRole,
  authorizedUser,
  type Call,
  deleteConflict,
  type Operation,
  operation,
  wholeList,
} from './operation.ts';

/** Users and roles differ in how they are named and found, not in what is done with their policies. */
interface Holders<T extends User | Role> {
  parameter: 'UserName' | 'RoleName';
  kind: 'User' | 'Role';
  find(call: Call, name: string): T;
  put(call: Call, holder: T, policy: NamedPolicy): void;
  remove(call: Call, holder: T, policyName: string): void;
}

const users: Holders<User> = {
  parameter: 'UserName',
  kind: 'User',
  find: authorizedUser,
  put: ({ directory, account }, { name }, policy) => directory.putUserPolicy(account, name, policy),
  remove: ({ directory, account }, { name }, policyName) => directory.removeUserPolicy(account, name, policyName),
};

const roles: Holders<Role> = {
  parameter: 'RoleName',
  kind: 'Role',
  find: authorizedRole,
  put: ({ directory }, { arn }, policy) => directory.putRolePolicy(arn, policy),
  remove: ({ directory }, { arn }, policyName) => directory.removeRolePolicy(arn, policyName),
};

export const policyOperations: Record<string, Operation> = { ...operationsOn(users), ...operationsOn(roles) };

function operationsOn<T extends User | Role>({ parameter, kind, find, put, remove }: Holders<T>) {
  return {
    [`Put${kind}Policy`]: operation({
      needs: [parameter, 'PolicyName', 'PolicyDocument'],
      perform: (call, { [parameter]: holderName, PolicyName: name, PolicyDocument }) => {
        const holder = find(call, holderName);
        put(call, holder, { name, document: parsePolicy(PolicyDocument, `policy ${name}`) });
        return undefined;
      },
    }),

    [`Get${kind}Policy`]: operation({
      needs: [parameter, 'PolicyName'],
      perform: (call, { [parameter]: holderName, PolicyName }) => {
        const policy = inlinePolicies(find(call, holderName)).find(({ name }) => name === PolicyName);
        if (!policy) {
          const problem = `The ${kind.toLowerCase()} policy with name ${PolicyName} cannot be found.`;
          throw new ApiError('NoSuchEntity', 404, problem);
        }
        return { [parameter]: holderName, PolicyName, PolicyDocument: encodedDocument(policy.document) };
      },
    }),

    [`Delete${kind}Policy`]: operation({
      needs: [parameter, 'PolicyName'],
      perform: (call, { [parameter]: holderName, PolicyName }) => {
        remove(call, find(call, holderName), PolicyName);
        return undefined;
      },
    }),

    [`List${kind}Policies`]: operation({
      needs: [parameter],
      perform: (call, { [parameter]: holderName }) => {
        const names = inlinePolicies(find(call, holderName)).map(({ name }) => name);
        return wholeList('PolicyNames', names);
      },
    }),
  };
}

/** @throws ApiError `DeleteConflict` (409) for a user or role that can't be deleted yet */
export function checkNoPolicies(holder: User | Role): void {
  const inline = inlinePolicies(holder);
  if (holder.policies.length > inline.length) throw deleteConflict('detach all policies');
  if (inline.length > 0) throw deleteConflict('delete policies');
}

function inlinePolicies({ policies }: User | Role): NamedPolicy[] {
  return policies.filter((policy) => !isAttached(policy));
}
