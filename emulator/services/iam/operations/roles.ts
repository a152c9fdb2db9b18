/** IAM's operations on roles and their trust policies. */
import { parsePolicy } from '../../../authorization/policy.ts';
import { ApiError } from '../../../core/api.ts';
import { checkSessionDuration } from '../state/names.ts';
import { withTags } from '../state/tags.ts';
import { boundaryOf } from './boundaries.ts';
import { listedRole, roleElement } from './elements.ts';
import { pageOf } from './lists.ts';
import { authorizedRole, deleteConflict, type Operation, operation, PAGING } from './operation.ts';
import { checkNoPolicies } from './policies.ts';

export const roleOperations: Record<string, Operation> = {
  GetRole: operation({
    needs: ['RoleName'],
    perform: (call, { RoleName }) => ({ Role: roleElement(authorizedRole(call, RoleName), call.directory) }),
  }),

  CreateRole: operation({
    needs: ['RoleName', 'AssumeRolePolicyDocument'],
    takes: ['Path', 'MaxSessionDuration', 'Description', 'PermissionsBoundary'],
    takesLists: ['Tags'],
    perform: (call, input) => {
      const { directory, account, lists } = call;
      const { RoleName: name, AssumeRolePolicyDocument, Path: path = '/', MaxSessionDuration = '3600' } = input;
      call.authorize(directory.iamArn(account, `role${path}${name}`));
      if (path.startsWith('/aws-reserved/') || name.startsWith('AWSReservedSSO_')) {
        throw new ApiError(
          'InvalidInput',
          400,
          `The role ${path}${name} can only be made by AWS: its name is reserved.`,
        );
      }
      const role = directory.addRole({
        account,
        name,
        path,
        trust: parsePolicy(AssumeRolePolicyDocument, trustOf(name), 'trust'),
        maxSessionDurationSeconds: Number(MaxSessionDuration),
        description: input.Description,
        tags: withTags(new Map(), lists.tags),
        permissionsBoundary: boundaryOf(call, input.PermissionsBoundary),
      });
      return { Role: roleElement(role, directory) };
    },
  }),

  UpdateRole: operation({
    needs: ['RoleName'],
    takes: ['Description', 'MaxSessionDuration'],
    perform: (call, { RoleName, Description, MaxSessionDuration }) => {
      const role = authorizedRole(call, RoleName);
      const seconds = Number(MaxSessionDuration ?? role.maxSessionDurationSeconds);
      checkSessionDuration(seconds);
      role.maxSessionDurationSeconds = seconds;
      role.description = Description ?? role.description;
      return '';
    },
  }),

  DeleteRole: operation({
    needs: ['RoleName'],
    perform: (call, { RoleName }) => {
      const role = authorizedRole(call, RoleName);
      const { directory } = call;
      if (directory.instanceProfiles.withRole(role).length > 0) {
        throw deleteConflict('remove roles from instance profile');
      }
      checkNoPolicies(role);
      directory.removeRole(role.arn);
      return undefined;
    },
  }),

  ListRoles: operation({
    takes: ['PathPrefix', ...PAGING],
    perform: ({ authorize, directory, account }, { PathPrefix = '/', ...paging }) => {
      authorize(directory.iamArn(account, 'role/'));
      const roles = directory.rolesOf(account).filter(({ path }) => path.startsWith(PathPrefix));
      return pageOf(
        'Roles',
        roles,
        ({ name }) => name,
        paging,
        (role) => listedRole(role, directory),
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
