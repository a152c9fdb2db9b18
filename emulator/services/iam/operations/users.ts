/** IAM's operations on users. */
import type { XmlNode } from '../../../protocols/xml.ts';
import type { User } from '../state/entities.ts';
import {
  authorizedUser,
  checkNoBoundary,
  deleteConflict,
  type Operation,
  operation,
  timestamp,
  wholeList,
} from './operation.ts';
import { checkNoPolicies } from './policies.ts';

export const userOperations: Record<string, Operation> = {
  GetUser: operation({
    takes: ['UserName'],
    perform: (call, { UserName }) => ({ User: userElement(authorizedUser(call, UserName)) }),
  }),

  CreateUser: operation({
    needs: ['UserName'],
    takes: ['Path'],
    perform: ({ authorize, directory, account }, { UserName: name, Path: path = '/' }) => {
      authorize(directory.iamArn(account, `user${path}${name}`));
      return { User: userElement(directory.addUser({ account, name, path })) };
    },
  }),

  DeleteUser: operation({
    needs: ['UserName'],
    perform: (call, { UserName }) => {
      const user = authorizedUser(call, UserName);
      const { directory, account } = call;
      if (directory.accessKeysOf(account, UserName).length > 0) throw deleteConflict('delete access keys');
      checkNoPolicies(user);
      directory.removeUser(account, UserName);
      return undefined;
    },
  }),

  ListUsers: operation({
    perform: ({ authorize, directory, account }) => {
      authorize(directory.iamArn(account, 'user/'));
      return wholeList('Users', directory.usersOf(account).map(userElement));
    },
  }),
};

function userElement(user: User): XmlNode {
  checkNoBoundary(user);
  const { path, name, userId, arn, createdAt } = user;
  return { Path: path, UserName: name, UserId: userId, Arn: arn, CreateDate: timestamp(createdAt) };
}
