/** Inline policies: the same four operations for users, roles and groups. */

import { isAttached } from '../../../authorization/acceptance.ts';
import { parsePolicy } from '../../../authorization/policy.ts';
import type { NamedPolicy } from '../../../core/policy-document.ts';
import type { Group, Role, User } from '../state/entities.ts';
import { noSuchEntity, without } from '../state/names.ts';
import { encodedDocument } from './documents.ts';
import { GROUPS, type Holders, ROLES, USERS } from './holders.ts';
import { pageOf } from './lists.ts';
import { deleteConflict, type Operation, operation, PAGING } from './operation.ts';

export const policyOperations: Record<string, Operation> = {
  ...operationsOn(USERS),
  ...operationsOn(ROLES),
  ...operationsOn(GROUPS),
};

function operationsOn({ parameter, kind, find }: Holders) {
  return {
    [`Put${kind}Policy`]: operation({
      needs: [parameter, 'PolicyName', 'PolicyDocument'],
      perform: (call, { [parameter]: holderName, PolicyName: name, PolicyDocument }) => {
        const holder = find(call, holderName);
        call.directory.putPolicy(holder, { name, document: parsePolicy(PolicyDocument, `policy ${name}`) });
        return undefined;
      },
    }),

    [`Get${kind}Policy`]: operation({
      needs: [parameter, 'PolicyName'],
      perform: (call, { [parameter]: holderName, PolicyName }) => {
        const policy = inlinePolicies(find(call, holderName)).find(({ name }) => name === PolicyName);
        if (!policy) throw noSuchEntity(`The ${kind.toLowerCase()} policy with name ${PolicyName} cannot be found.`);
        return { [parameter]: holderName, PolicyName, PolicyDocument: encodedDocument(policy.document) };
      },
    }),

    [`Delete${kind}Policy`]: operation({
      needs: [parameter, 'PolicyName'],
      perform: (call, { [parameter]: holderName, PolicyName }) => {
        const holder = find(call, holderName);
        holder.policies = without(holder.policies, PolicyName, holder.kind);
        return undefined;
      },
    }),

    [`List${kind}Policies`]: operation({
      needs: [parameter],
      takes: PAGING,
      perform: (call, { [parameter]: holderName, ...paging }) => {
        const names = inlinePolicies(find(call, holderName)).map(({ name }) => name);
        return pageOf(
          'PolicyNames',
          names,
          (name) => name,
          paging,
          (name) => name,
        );
      },
    }),
  };
}

/** @throws ApiError `DeleteConflict` (409) for a user, role or group that can't be deleted yet */
export function checkNoPolicies(holder: User | Role | Group): void {
  const inline = inlinePolicies(holder);
  if (holder.policies.length > inline.length) throw deleteConflict('detach all policies');
  if (inline.length > 0) throw deleteConflict('delete policies');
}

function inlinePolicies({ policies }: User | Role | Group): NamedPolicy[] {
  return policies.filter((policy) => !isAttached(policy));
}
