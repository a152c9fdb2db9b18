/** Permissions boundaries: a managed policy that bounds what a user or role may do. */
import type { NamedPolicy } from '../../../core/policy-document.ts';
import type { Role, User } from '../state/entities.ts';
import { noSuchEntity } from '../state/names.ts';
import { type Holders, ROLES, USERS } from './holders.ts';
import { attachable } from './managed-policy-names.ts';
import { type Call, type Operation, operation } from './operation.ts';

export const boundaryOperations: Record<string, Operation> = { ...operationsOn(USERS), ...operationsOn(ROLES) };

function operationsOn<T extends User | Role>({ parameter, kind, find }: Holders<T>) {
  return {
    [`Put${kind}PermissionsBoundary`]: operation({
      needs: [parameter, 'PermissionsBoundary'],
      perform: (call, { [parameter]: holderName, PermissionsBoundary }) => {
        const holder = find(call, holderName);
        holder.boundary = boundaryOf(call, PermissionsBoundary);
        return undefined;
      },
    }),

    [`Delete${kind}PermissionsBoundary`]: operation({
      needs: [parameter],
      perform: (call, { [parameter]: holderName }) => {
        const holder = find(call, holderName);
        if (!holder.boundary) {
          throw noSuchEntity(`The permissions boundary of ${kind.toLowerCase()} ${holderName} cannot be found.`);
        }
        holder.boundary = undefined;
        return undefined;
      },
    }),
  };
}

/** @throws ApiError `NoSuchEntity` (404) */
export function boundaryOf(call: Call, arn: string | undefined): NamedPolicy | undefined {
  return arn === undefined ? undefined : attachable(call, arn);
}
