/** IAM's operations on users. */
import { withTags } from '../state/tags.ts';
import { boundaryOf } from './boundaries.ts';
import { listedUser, userElement } from './elements.ts';
import { pageOf } from './lists.ts';
import { authorizedUser, deleteConflict, type Operation, operation, PAGING } from './operation.ts';
import { checkNoPolicies } from './policies.ts';

export const userOperations: Record<string, Operation> = {
  GetUser: operation({
    takes: ['UserName'],
    perform: (call, { UserName }) => ({ User: userElement(authorizedUser(call, UserName)) }),
  }),

  CreateUser: operation({
    needs: ['UserName'],
    takes: ['Path', 'PermissionsBoundary'],
    takesLists: ['Tags'],
    perform: (call, { UserName: name, Path: path = '/', PermissionsBoundary }) => {
      const { directory, account, lists } = call;
      call.authorize(directory.iamArn(account, `user${path}${name}`));
      const tags = withTags(new Map(), lists.tags);
      const permissionsBoundary = boundaryOf(call, PermissionsBoundary);
      return { User: userElement(directory.addUser({ account, name, path, tags, permissionsBoundary })) };
    },
  }),

  DeleteUser: operation({
    needs: ['UserName'],
    perform: (call, { UserName }) => {
      const user = authorizedUser(call, UserName);
      const { directory, account } = call;
      if (directory.accessKeysOf(account, UserName).length > 0) throw deleteConflict('delete access keys');
      checkNoPolicies(user);
      if (user.groups.length > 0) throw deleteConflict('remove users from group');
      directory.removeUser(account, UserName);
      return undefined;
    },
  }),

  ListUsers: operation({
    takes: ['PathPrefix', ...PAGING],
    perform: ({ authorize, directory, account }, { PathPrefix = '/', ...paging }) => {
      authorize(directory.iamArn(account, 'user/'));
      const users = directory.usersOf(account).filter(({ path }) => path.startsWith(PathPrefix));
      return pageOf('Users', users, ({ name }) => name, paging, listedUser);
    },
  }),
};
