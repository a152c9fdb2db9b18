/** IAM's operations on groups and their members. */
import { ApiError } from '../../../core/api.ts';
import { groupElement, listedUser } from './elements.ts';
import { page, pageOf } from './lists.ts';
import {
  authorizedGroup,
  authorizedUser,
  deleteConflict,
  missing,
  type Operation,
  operation,
  PAGING,
} from './operation.ts';
import { checkNoPolicies } from './policies.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_GROUPS_PER_USER = 10;

export const groupOperations: Record<string, Operation> = {
  CreateGroup: operation({
    needs: ['GroupName'],
    takes: ['Path'],
    perform: ({ authorize, directory, account }, { GroupName: name, Path: path = '/' }) => {
      authorize(directory.iamArn(account, `group${path}${name}`));
      return { Group: groupElement(directory.addGroup({ account, name, path })) };
    },
  }),

  GetGroup: operation({
    needs: ['GroupName'],
    takes: PAGING,
    perform: (call, { GroupName, ...paging }) => {
      const group = authorizedGroup(call, GroupName);
      const users = call.directory.usersOf(call.account).filter(({ groups }) => groups.includes(group));
      const { members, rest } = page(users, ({ name }) => name, paging);
      return { Group: groupElement(group), Users: { member: members.map(listedUser) }, ...rest };
    },
  }),

  DeleteGroup: operation({
    needs: ['GroupName'],
    perform: (call, { GroupName }) => {
      const group = authorizedGroup(call, GroupName);
      const isMember = ({ groups }: { groups: unknown[] }) => groups.includes(group);
      if (call.directory.usersOf(call.account).some(isMember)) throw deleteConflict('remove users from group');
      checkNoPolicies(group);
      call.directory.removeGroup(group);
      return undefined;
    },
  }),

  ListGroups: operation({
    takes: ['PathPrefix', ...PAGING],
    perform: ({ authorize, directory, account }, { PathPrefix = '/', ...paging }) => {
      authorize(directory.iamArn(account, 'group/'));
      const groups = directory.groupsOf(account).filter(({ path }) => path.startsWith(PathPrefix));
      return pageOf('Groups', groups, ({ name }) => name, paging, groupElement);
    },
  }),

  ListGroupsForUser: operation({
    needs: ['UserName'],
    takes: PAGING,
    perform: (call, { UserName, ...paging }) =>
      pageOf('Groups', authorizedUser(call, UserName).groups, ({ name }) => name, paging, groupElement),
  }),

  /** Whoever may change a group may do so with any user: the permission is about the group. */
  AddUserToGroup: operation({
    needs: ['GroupName', 'UserName'],
    perform: (call, { GroupName, UserName }) => {
      const group = authorizedGroup(call, GroupName);
      const user = call.directory.findUser(call.account, UserName) ?? missing('user', UserName);
      if (user.groups.includes(group)) return undefined;
      if (user.groups.length >= MAX_GROUPS_PER_USER) {
        throw new ApiError('LimitExceeded', 409, `Cannot exceed quota for GroupsPerUser: ${MAX_GROUPS_PER_USER}`);
      }
      user.groups = [...user.groups, group];
      return undefined;
    },
  }),

  RemoveUserFromGroup: operation({
    needs: ['GroupName', 'UserName'],
    perform: (call, { GroupName, UserName }) => {
      const group = authorizedGroup(call, GroupName);
      const user = call.directory.findUser(call.account, UserName) ?? missing('user', UserName);
      user.groups = user.groups.filter((each) => each !== group);
      return undefined;
    },
  }),
};
