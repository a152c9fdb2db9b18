/** IAM's operations on access keys. */
import { ApiError } from '../../../core/api.ts';
import type { LongTermKey } from '../state/key-ring.ts';
import { pageOf } from './lists.ts';
import { authorizedUser, type Operation, operation, PAGING, timestamp } from './operation.ts';

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

  UpdateAccessKey: operation({
    needs: ['AccessKeyId', 'Status'],
    takes: ['UserName'],
    perform: (call, { AccessKeyId, Status, UserName }) => {
      const { name } = authorizedUser(call, UserName);
      if (Status !== 'Active' && Status !== 'Inactive') {
        throw new ApiError('ValidationError', 400, `The status of a key can't be set to ${Status}.`);
      }
      call.directory.setAccessKeyStatus(call.account, name, AccessKeyId, Status);
      return undefined;
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
    takes: ['UserName', ...PAGING],
    perform: (call, { UserName, ...paging }) => {
      const { name } = authorizedUser(call, UserName);
      const keys = call.directory.accessKeysOf(call.account, name);
      return pageOf(
        'AccessKeyMetadata',
        keys,
        (key) => String(keys.indexOf(key)),
        paging,
        (key) => metadata(name, key),
      );
    },
  }),
};

function metadata(userName: string, { accessKeyId, status, createdAt }: LongTermKey) {
  return { UserName: userName, AccessKeyId: accessKeyId, Status: status, CreateDate: timestamp(createdAt) };
}
