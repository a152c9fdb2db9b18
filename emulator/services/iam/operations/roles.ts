/** IAM's operations on roles and their trust policies. */
import { parsePolicy } from '../../../authorization/policy.ts';
import type { XmlNode } from '../../../protocols/xml.ts';
import type { Role } from '../state/entities.ts';
import { encodedDocument, type PrincipalArns, readableTrust } from './documents.ts';
import { authorizedRole, checkNoBoundary, type Operation, operation, timestamp, wholeList } from './operation.ts';
import { checkNoPolicies } from './policies.ts';

export const roleOperations: Record<string, Operation> = {
  GetRole: operation({
    needs: ['RoleName'],
    perform: (call, { RoleName }) => ({ Role: roleElement(authorizedRole(call, RoleName), call.directory) }),
  }),

  CreateRole: operation({
    needs: ['RoleName', 'AssumeRolePolicyDocument'],
    takes: ['Path', 'MaxSessionDuration'],
    perform: ({ authorize, directory, account }, input) => {
      const { RoleName: name, AssumeRolePolicyDocument, Path: path = '/', MaxSessionDuration = '3600' } = input;
      authorize(directory.iamArn(account, `role${path}${name}`));
      const trust = parsePolicy(AssumeRolePolicyDocument, trustOf(name), 'trust');
      const maxSessionDurationSeconds = Number(MaxSessionDuration);
      const role = directory.addRole({ account, name, path, trust, maxSessionDurationSeconds });
      return { Role: roleElement(role, directory) };
    },
  }),

  DeleteRole: operation({
    needs: ['RoleName'],
    perform: (call, { RoleName }) => {
      const role = authorizedRole(call, RoleName);
      checkNoPolicies(role);
      call.directory.removeRole(role.arn);
      return undefined;
    },
  }),

  ListRoles: operation({
    perform: ({ authorize, directory, account }) => {
      authorize(directory.iamArn(account, 'role/'));
      return wholeList(
        'Roles',
        directory.rolesOf(account).map((role) => roleElement(role, directory)),
      );
    },
  }),

  UpdateAssumeRolePolicy: operation({
    needs: ['RoleName', 'PolicyDocument'],
    perform: (call, { RoleName, PolicyDocument }) => {
      const { arn } = authorizedRole(call, RoleName);
      call.directory.replaceTrust(arn, parsePolicy(PolicyDocument, trustOf(RoleName), 'trust'));
      return undefined;
    },
  }),
};

function trustOf(roleName: string): string {
  return `trust policy of ${roleName}`;
}

function roleElement(role: Role, arns: PrincipalArns): XmlNode {
  checkNoBoundary(role);
  const { path, name, roleId, arn, createdAt, trust, maxSessionDurationSeconds } = role;
  return {
    Path: path,
    RoleName: name,
    RoleId: roleId,
    Arn: arn,
    CreateDate: timestamp(createdAt),
    AssumeRolePolicyDocument: encodedDocument(readableTrust(trust, arns)),
    MaxSessionDuration: maxSessionDurationSeconds,
  };
}
