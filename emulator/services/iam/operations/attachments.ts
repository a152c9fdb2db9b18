/** Managed policies on users, roles and groups: attached, detached, listed, and asked for from the policy's side. */
import { isAttached } from '../../../authorization/acceptance.ts';
import type { NamedPolicy } from '../../../core/policy-document.ts';
import type { Group, Role, User } from '../state/entities.ts';
import type { ManagedPolicy } from '../state/managed-policies.ts';
import { noSuchEntity } from '../state/names.ts';
import { GROUPS, type Holders, ROLES, USERS } from './holders.ts';
import { page, pageOf } from './lists.ts';
import { attachable, authorizedPolicy } from './managed-policy-names.ts';
import { type Call, type Operation, operation, PAGING } from './operation.ts';

export const attachmentOperations: Record<string, Operation> = {
  ...operationsOn(USERS),
  ...operationsOn(ROLES),
  ...operationsOn(GROUPS),

  ListEntitiesForPolicy: operation({
    needs: ['PolicyArn'],
    takes: ['EntityFilter', 'PathPrefix', 'PolicyUsageFilter', ...PAGING],
    perform: (call, { PolicyArn, EntityFilter, PathPrefix = '/', PolicyUsageFilter, ...paging }) => {
      const policy = authorizedPolicy(call, PolicyArn, { changes: false });
      const entities = [
        ...(PolicyUsageFilter === 'PermissionsBoundary' ? [] : holdersOf(call, policy)),
        ...(PolicyUsageFilter === 'PermissionsPolicy' ? [] : boundIdentities(call, policy)),
      ].filter(({ path, kind }) => path.startsWith(PathPrefix) && (EntityFilter?.toLowerCase() ?? kind) === kind);
      const { members, rest } = page([...new Set(entities)], ({ kind, name }) => `${kind} ${name}`, paging);
      const member = <T extends string>(each: T, element: (holder: User | Role | Group) => object) => ({
        member: members.filter(({ kind }) => kind === each).map(element as () => { [name: string]: string }),
      });
      return {
        PolicyGroups: member('group', (group) => ({ GroupName: group.name, GroupId: (group as Group).groupId })),
        PolicyUsers: member('user', (user) => ({ UserName: user.name, UserId: (user as User).userId })),
        PolicyRoles: member('role', (role) => ({ RoleName: role.name, RoleId: (role as Role).roleId })),
        ...rest,
      };
    },
  }),
};

function operationsOn({ parameter, kind, find }: Holders) {
  return {
    /** A second time it changes nothing. */
    [`Attach${kind}Policy`]: operation({
      needs: [parameter, 'PolicyArn'],
      perform: (call, { [parameter]: holderName, PolicyArn }) => {
        const holder = find(call, holderName);
        call.directory.putPolicy(holder, attachable(call, PolicyArn));
        return undefined;
      },
    }),

    [`Detach${kind}Policy`]: operation({
      needs: [parameter, 'PolicyArn'],
      perform: (call, { [parameter]: holderName, PolicyArn }) => {
        const holder = find(call, holderName);
        if (!holder.policies.some(({ name }) => name === PolicyArn)) {
          throw noSuchEntity(`Policy ${PolicyArn} was not found.`);
        }
        holder.policies = holder.policies.filter(({ name }) => name !== PolicyArn);
        return undefined;
      },
    }),

    [`ListAttached${kind}Policies`]: operation({
      needs: [parameter],
      takes: ['PathPrefix', ...PAGING],
      perform: (call, { [parameter]: holderName, PathPrefix = '/', ...paging }) => {
        const attached = find(call, holderName).policies.filter(
          (policy) => isAttached(policy) && pathOf(policy).startsWith(PathPrefix),
        );
        return pageOf(
          'AttachedPolicies',
          attached,
          ({ name }) => name,
          paging,
          (policy) => ({
            PolicyName: policy.name.slice(policy.name.lastIndexOf('/') + 1),
            PolicyArn: policy.name,
          }),
        );
      },
    }),
  };
}

/** `arn:aws:iam::111111111111:policy/teams/a/name` → `/teams/a/` */
function pathOf({ name }: NamedPolicy): string {
  return name.slice(name.indexOf('/'), name.lastIndexOf('/') + 1);
}

/** Those of the caller's account to whom the policy is attached. */
export function holdersOf({ directory, account }: Call, policy: ManagedPolicy): (User | Role | Group)[] {
  const all = [...directory.groupsOf(account), ...directory.usersOf(account), ...directory.rolesOf(account)];
  return all.filter(({ policies }) => policies.some(({ name }) => name === policy.arn));
}

/** Those of the caller's account whom the policy bounds. */
export function boundIdentities({ directory, account }: Call, policy: ManagedPolicy): (User | Role)[] {
  const all = [...directory.usersOf(account), ...directory.rolesOf(account)];
  return all.filter(({ boundary }) => boundary?.name === policy.arn);
}
