/** IAM's operations on instance profiles. */
import { ApiError } from '../../../core/api.ts';
import type { InstanceProfile } from '../state/instance-profiles.ts';
import { withTags } from '../state/tags.ts';
import { instanceProfileElement } from './elements.ts';
import { pageOf } from './lists.ts';
import { authorizedRole, type Call, missing, type Operation, operation, PAGING } from './operation.ts';

export const instanceProfileOperations: Record<string, Operation> = {
  CreateInstanceProfile: operation({
    needs: ['InstanceProfileName'],
    takes: ['Path'],
    takesLists: ['Tags'],
    perform: ({ authorize, directory, account, lists }, { InstanceProfileName: name, Path: path = '/' }) => {
      const arn = directory.iamArn(account, `instance-profile${path}${name}`);
      authorize(arn);
      const tags = withTags(new Map(), lists.tags);
      const made = directory.instanceProfiles.add({ account, name, path, arn, createdAt: directory.now(), tags });
      return { InstanceProfile: instanceProfileElement(made, directory) };
    },
  }),

  GetInstanceProfile: operation({
    needs: ['InstanceProfileName'],
    perform: (call, { InstanceProfileName }) => ({
      InstanceProfile: instanceProfileElement(authorizedProfile(call, InstanceProfileName), call.directory),
    }),
  }),

  DeleteInstanceProfile: operation({
    needs: ['InstanceProfileName'],
    perform: (call, { InstanceProfileName }) => {
      call.directory.instanceProfiles.remove(authorizedProfile(call, InstanceProfileName));
      return undefined;
    },
  }),

  /** Takes `iam:PassRole` as well: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html */
  AddRoleToInstanceProfile: operation({
    needs: ['InstanceProfileName', 'RoleName'],
    perform: (call, { InstanceProfileName, RoleName }) => {
      const profile = authorizedProfile(call, InstanceProfileName);
      const { directory, account } = call;
      const role = directory.findRole(account, RoleName);
      const arn = role?.arn ?? directory.iamArn(account, `role/${RoleName}`);
      call.authorizeAlso('PassRole', arn, { 'iam:PassedToService': 'ec2.amazonaws.com' });
      directory.instanceProfiles.addRole(profile, role ?? missing('role', RoleName));
      return undefined;
    },
  }),

  RemoveRoleFromInstanceProfile: operation({
    needs: ['InstanceProfileName', 'RoleName'],
    perform: (call, { InstanceProfileName, RoleName }) => {
      const profile = authorizedProfile(call, InstanceProfileName);
      const role = call.directory.findRole(call.account, RoleName) ?? missing('role', RoleName);
      call.directory.instanceProfiles.removeRole(profile, role);
      return undefined;
    },
  }),

  ListInstanceProfiles: operation({
    takes: ['PathPrefix', ...PAGING],
    perform: ({ authorize, directory, account }, { PathPrefix = '/', ...paging }) => {
      authorize(directory.iamArn(account, 'instance-profile/'));
      const profiles = directory.instanceProfiles.of(account).filter(({ path }) => path.startsWith(PathPrefix));
      return pageOf('InstanceProfiles', profiles, nameOf, paging, (each) => instanceProfileElement(each, directory));
    },
  }),

  ListInstanceProfilesForRole: operation({
    needs: ['RoleName'],
    takes: PAGING,
    perform: (call, { RoleName, ...paging }) => {
      const { directory } = call;
      const profiles = directory.instanceProfiles.withRole(authorizedRole(call, RoleName));
      return pageOf('InstanceProfiles', profiles, nameOf, paging, (each) => instanceProfileElement(each, directory));
    },
  }),
};

/** @throws ApiError `AccessDenied` (403), `NoSuchEntity` (404) */
export function authorizedProfile(call: Call, name: string): InstanceProfile {
  const { directory, account } = call;
  const profile = directory.instanceProfiles.find(account, name);
  call.authorize(
    profile?.arn ?? directory.iamArn(account, `instance-profile/${name}`),
    profile && { tags: profile.tags },
  );
  if (profile) return profile;
  throw new ApiError('NoSuchEntity', 404, `Instance Profile ${name} cannot be found.`);
}

function nameOf({ name }: InstanceProfile): string {
  return name;
}
