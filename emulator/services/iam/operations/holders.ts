/** Users, roles and groups: they differ in how they are named and found, not in what is done with their policies. */
import type { Group, Role, User } from '../state/entities.ts';
import { authorizedGroup, authorizedRole, authorizedUser, type Call } from './operation.ts';

export interface Holders<T extends User | Role | Group = User | Role | Group> {
  parameter: 'UserName' | 'RoleName' | 'GroupName';
  kind: 'User' | 'Role' | 'Group';
  /** @throws ApiError `AccessDenied` (403), `NoSuchEntity` (404) */
  find(call: Call, name: string): T;
}

export const USERS: Holders<User> = { parameter: 'UserName', kind: 'User', find: authorizedUser };
export const ROLES: Holders<Role> = { parameter: 'RoleName', kind: 'Role', find: authorizedRole };
export const GROUPS: Holders<Group> = { parameter: 'GroupName', kind: 'Group', find: authorizedGroup };
