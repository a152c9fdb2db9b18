/** IAM's operations on access keys. */
import type { LongTermKey } from '../state/key-ring.ts';
import { authorizedUser, type Operation, operation, timestamp, wholeList } from './operation.ts';

export const accessKeyOperations: Record<string, Operation> = {
  /** The only answer that ever holds the secret. */
  CreateAccessKey: operation({
    takes: ['UserName'],
    perform: (call, { UserName }) => {
      const { name } = authorizedUser(call, UserName);
      const key = call.directory.addAccessKey(call.account, name);
      return { AccessKey: { ...metadata(name, key), SecretAccessKey: key.secretAccessKey } };
    },
  }),

  DeleteAccessKey: operation({
    needs: ['AccessKeyId'],
    takes: ['UserName'],
    perform: (call, { AccessKeyId, UserName }) => {
      const { name } = authorizedUser(call, UserName);
      call.directory.removeAccessKey(call.account, name, AccessKeyId);
      return undefined;
    },
  }),

  ListAccessKeys: operation({
    takes: ['UserName'],
    perform: (call, { UserName }) => {
      const { name } = authorizedUser(call, UserName);
      const keys = call.directory.accessKeysOf(call.account, name);
      return wholeList(
        'AccessKeyMetadata',
        keys.map((key) => metadata(name, key)),
      );
    },
  }),
};

function metadata(userName: string, { accessKeyId, createdAt }: LongTermKey) {
  return { UserName: userName, AccessKeyId: accessKeyId, Status: 'Active', CreateDate: timestamp(createdAt) };
}
