/** AWS::IAM::Group, UserToGroupAddition and InstanceProfile: what users are in, and what a role is in. */
import { z } from 'zod';
import { type DeployContext, physicalName, type ResourceTypes, resourceType } from '../../templates/resource-type.ts';
import { groupName, iamPath, instanceProfileName } from '../../templates/texts.ts';
import { deleteConflict, type Services } from './policy-resources.ts';
import { grants, held, refuseForeignPolicies, replaceGrants } from './resources.ts';
import type { Group as GroupEntity, Role, User } from './state/entities.ts';

type Context = DeployContext<Services>;

const Group = z.strictObject({ ...held, GroupName: groupName.optional() });
const Members = z.strictObject({ GroupName: z.string(), Users: z.array(z.string()) });
const Profile = z.strictObject({
  InstanceProfileName: instanceProfileName.optional(),
  Path: iamPath.default('/'),
  Roles: z.tuple([z.string()]),
});

export const iamGroupTypes: ResourceTypes<Services> = {
  'AWS::IAM::Group': resourceType(Group, {
    named: 'GroupName',
    replacedBy: ['GroupName', 'Path'],
    create: (properties, context) => {
      const { account, services } = context;
      const name = properties.GroupName ?? physicalName(context, 128);
      const policies = grants(properties, context);
      const { arn } = services.directory.addGroup({ account, name, path: properties.Path, policies });
      return { ref: name, attributes: { Arn: arn } };
    },
    update: {
      properties: ['Policies', 'ManagedPolicyArns'],
      run: ({ ref: name, properties: before }, properties, context) =>
        replaceGrants(groupOf(name, context), before, properties, context),
    },
    remove: ({ ref: name, properties }, { account, services: { directory } }) => {
      const group = directory.findGroup(account, name);
      if (!group) return;
      refuseForeignPolicies(group.policies, properties);
      if (directory.usersOf(account).some(({ groups }) => groups.includes(group))) {
        throw deleteConflict('Cannot delete entity, must remove users from group first.');
      }
      directory.removeGroup(group);
    },
  }),

  'AWS::IAM::UserToGroupAddition': resourceType(Members, {
    replacedBy: ['GroupName'],
    create: ({ GroupName, Users }, context) => {
      const group = groupOf(GroupName, context);
      for (const user of usersOf(Users, context)) user.groups = [...new Set([...user.groups, group])];
      return { ref: physicalName(context), attributes: {} };
    },
    update: {
      properties: ['Users'],
      run: ({ properties: before }, { GroupName, Users }, context) => {
        const group = groupOf(GroupName, context);
        const members = usersOf(Users, context);
        leave(before, context);
        for (const user of members) user.groups = [...new Set([...user.groups, group])];
      },
    },
    remove: ({ properties }, context) => leave(properties, context),
  }),

  'AWS::IAM::InstanceProfile': resourceType(Profile, {
    named: 'InstanceProfileName',
    replacedBy: ['InstanceProfileName', 'Path'],
    create: ({ InstanceProfileName, Path: path, Roles }, context) => {
      const { account, services } = context;
      const { directory } = services;
      const name = InstanceProfileName ?? physicalName(context, 128);
      const arn = directory.iamArn(account, `instance-profile${path}${name}`);
      const role = roleOf(Roles[0], context);
      const made = { account, name, path, arn, createdAt: directory.now(), tags: new Map() };
      directory.instanceProfiles.addRole(directory.instanceProfiles.add(made), role);
      return { ref: name, attributes: { Arn: arn } };
    },
    update: {
      properties: ['Roles'],
      run: ({ ref: name }, { Roles }, context) => {
        const profile = context.services.directory.instanceProfiles.find(context.account, name);
        if (!profile) throw new Error(`Instance Profile ${name} cannot be found.`);
        profile.roles = [roleOf(Roles[0], context)];
      },
    },
    remove: ({ ref: name }, { account, services: { directory } }) => {
      const profile = directory.instanceProfiles.find(account, name);
      if (!profile) return;
      profile.roles = [];
      directory.instanceProfiles.remove(profile);
    },
  }),
};

function groupOf(name: string, { account, services: { directory } }: Context): GroupEntity {
  return directory.findGroup(account, name) ?? missing('group', name);
}

function roleOf(name: string, { account, services: { directory } }: Context): Role {
  return directory.findRole(account, name) ?? missing('role', name);
}

function usersOf(names: string[], { account, services: { directory } }: Context): User[] {
  return names.map((name) => directory.findUser(account, name) ?? missing('user', name));
}

function missing(kind: string, name: string): never {
  throw new Error(`The ${kind} with name ${name} cannot be found.`);
}

/** Whoever is still there leaves the group. */
function leave({ GroupName, Users }: z.output<typeof Members>, { account, services: { directory } }: Context): void {
  for (const user of Users.map((name) => directory.findUser(account, name))) {
    if (user) user.groups = user.groups.filter(({ name }) => name !== GroupName);
  }
}
