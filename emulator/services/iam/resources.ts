/** AWS::IAM::Role, User and AccessKey. */
import { z } from 'zod';
import { checkHeld, isAttached } from '../../authorization/acceptance.ts';
import { parsePolicy } from '../../authorization/policy.ts';
import { partitionOf } from '../../core/partition.ts';
import type { NamedPolicy, PolicyDocument } from '../../core/policy-document.ts';
import {
  type DeployContext,
  harmless,
  integer,
  physicalName,
  policyDocument,
  type ResourceTypes,
  resourceType,
} from '../../templates/resource-type.ts';
import { iamDescription, iamPath, policyName, roleName, userName } from '../../templates/texts.ts';
import { deleteConflict, iamPolicyTypes, type Services } from './policy-resources.ts';
import type { Group as GroupEntity, Role as RoleEntity, User as UserEntity } from './state/entities.ts';

type Context = DeployContext<Services>;

const InlinePolicies = z.array(z.strictObject({ PolicyName: policyName, PolicyDocument: policyDocument })).default([]);

/** What users, roles and groups have in common. */
export const held = {
  Path: iamPath.default('/'),
  Policies: InlinePolicies,
  ManagedPolicyArns: z.array(z.string()).default([]),
};

const identity = {
  ...held,
  PermissionsBoundary: z.string().optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).default([]),
};

const Role = z.strictObject({
  ...identity,
  RoleName: roleName.optional(),
  AssumeRolePolicyDocument: policyDocument,
  MaxSessionDuration: integer(3600, 43_200).optional(),
  Description: iamDescription.optional(),
});

const User = z.strictObject({ ...identity, UserName: userName.optional(), Groups: z.array(z.string()).default([]) });

const AccessKey = z.strictObject({
  UserName: z.string(),
  Status: z.literal('Active').optional(),
  Serial: harmless('it only makes CloudFormation rotate the key'),
});

type Identity = Pick<z.output<typeof Role>, keyof typeof identity>;
type Held = Pick<Identity, 'Policies' | 'ManagedPolicyArns'>;

export const iamTypes: ResourceTypes<Services> = {
  'AWS::IAM::Role': resourceType(Role, {
    named: 'RoleName',
    replacedBy: ['RoleName', 'Path'],
    create: (properties, context) => {
      const { account, services } = context;
      const name = properties.RoleName ?? physicalName(context);
      const role = services.directory.addRole({
        account,
        name,
        trust: trustOf(name, properties),
        ...detailsOf(properties, context),
        description: properties.Description,
        ...(properties.MaxSessionDuration && { maxSessionDurationSeconds: properties.MaxSessionDuration }),
      });
      return { ref: name, attributes: { Arn: role.arn, RoleId: role.roleId } };
    },
    update: {
      properties: [
        'AssumeRolePolicyDocument',
        'Policies',
        'ManagedPolicyArns',
        'PermissionsBoundary',
        'MaxSessionDuration',
        'Tags',
        'Description',
      ],
      run: ({ ref: name, attributes, properties: before }, properties, context) => {
        const { directory } = context.services;
        directory.replaceTrust(attributes['Arn']!, trustOf(name, properties));
        const role = directory.findRoleByArn(attributes['Arn']!)!;
        replaceDetails(role, before, properties, context);
        role.maxSessionDurationSeconds = properties.MaxSessionDuration ?? 3600;
        role.description = properties.Description;
      },
    },
    remove: ({ attributes, properties }, { services: { directory } }) => {
      const role = directory.findRoleByArn(attributes['Arn']!);
      if (!role) return;
      refuseForeignPolicies(role.policies, properties);
      if (directory.instanceProfiles.withRole(role).length > 0) {
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
      }
      directory.removeRole(role.arn);
    },
  }),

  'AWS::IAM::User': resourceType(User, {
    named: 'UserName',
    replacedBy: ['UserName', 'Path'],
    create: (properties, context) => {
      const { account, services } = context;
      const name = properties.UserName ?? physicalName(context);
      const groups = groupsOf(properties.Groups, context);
      const user = services.directory.addUser({ account, name, ...detailsOf(properties, context) });
      user.groups = groups;
      return { ref: name, attributes: { Arn: user.arn } };
    },
    update: {
      properties: ['Policies', 'ManagedPolicyArns', 'PermissionsBoundary', 'Tags', 'Groups'],
      run: ({ attributes, properties: before }, properties, context) => {
        const user = context.services.directory.findUserByArn(attributes['Arn']!);
        if (!user) throw new Error(`The user with ARN ${attributes['Arn']} cannot be found.`);
        const own = groupsOf(before.Groups, context);
        const added = groupsOf(properties.Groups, context);
        replaceDetails(user, before, properties, context);
        user.groups = [...new Set([...user.groups.filter((group) => !own.includes(group)), ...added])];
      },
    },
    remove: ({ ref: name, properties }, { account, services: { directory } }) => {
      const user = directory.findUser(account, name);
      if (!user) return;
      refuseForeignPolicies(user.policies, properties);
      if (user.groups.some((group) => !properties.Groups.includes(group.name))) {
        throw deleteConflict('Cannot delete entity, must remove users from group first.');
      }
      if (directory.accessKeysOf(account, name).length > 0) {
        throw deleteConflict('Cannot delete entity, must delete access keys first.');
      }
      directory.removeUser(account, name);
    },
  }),

  'AWS::IAM::AccessKey': resourceType(AccessKey, {
    replacedBy: ['UserName', 'Serial'],
    create: ({ UserName }, { account, services }) => {
      const { accessKeyId, secretAccessKey } = services.directory.addAccessKey(account, UserName);
      return { ref: accessKeyId, attributes: { SecretAccessKey: secretAccessKey } };
    },
    remove: ({ ref, properties: { UserName } }, { account, services: { directory } }) => {
      const keys = directory.findUser(account, UserName) ? directory.accessKeysOf(account, UserName) : [];
      if (keys.some(({ accessKeyId }) => accessKeyId === ref)) directory.removeAccessKey(account, UserName, ref);
    },
  }),

  ...iamPolicyTypes,
};

function trustOf(name: string, { AssumeRolePolicyDocument }: z.output<typeof Role>): PolicyDocument {
  return parsePolicy(AssumeRolePolicyDocument, `trust policy of ${name}`, 'trust');
}

export function grants({ Policies, ManagedPolicyArns }: Held, context: Context) {
  const inline = Policies.map(({ PolicyName, PolicyDocument }) => ({
    name: PolicyName,
    document: parsePolicy(PolicyDocument, `policy ${PolicyName}`),
  }));
  return [...inline, ...ManagedPolicyArns.map((arn) => managedPolicy(arn, context))];
}

function detailsOf(properties: Identity, context: Context) {
  const { Path, PermissionsBoundary: boundary, Tags } = properties;
  return {
    path: Path,
    policies: grants(properties, context),
    tags: new Map(Tags.map(({ Key, Value }) => [Key, Value])),
    ...(boundary && { permissionsBoundary: managedPolicy(boundary, context) }),
  };
}

function replaceDetails(holder: RoleEntity | UserEntity, before: Identity, after: Identity, context: Context): void {
  const { permissionsBoundary, tags } = detailsOf(after, context);
  replaceGrants(holder, before, after, context);
  holder.tags = tags;
  holder.boundary = permissionsBoundary;
}

/** What other resources have attached stays. */
export function replaceGrants(
  holder: RoleEntity | UserEntity | GroupEntity,
  before: Held,
  after: Held,
  context: Context,
): void {
  const policies = grants(after, context);
  const old = namesOf(before);
  const replaced = new Set(policies.map(({ name }) => name));
  const others = holder.policies.filter(({ name }) => !old.has(name) && !replaced.has(name));
  checkHeld(holder.kind, holder.name, [...others, ...policies], partitionOf(context.region));
  holder.policies = [...others, ...policies];
}

function groupsOf(names: string[], { account, services: { directory } }: Context): GroupEntity[] {
  return names.map((name) => {
    const group = directory.findGroup(account, name);
    if (!group) throw new Error(`The group with name ${name} cannot be found.`);
    return group;
  });
}

function namesOf({ Policies, ManagedPolicyArns }: Held): Set<string> {
  return new Set([...Policies.map(({ PolicyName }) => PolicyName), ...ManagedPolicyArns]);
}

/** IAM deletes nobody who has policies, and CloudFormation takes away only those of the resource itself. */
export function refuseForeignPolicies(policies: readonly NamedPolicy[], properties: Held): void {
  const own = namesOf(properties);
  const foreign = policies.find(({ name }) => !own.has(name));
  if (foreign && isAttached(foreign)) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (foreign) throw deleteConflict('Cannot delete entity, must delete policies first.');
}

function managedPolicy(arn: string, { services: { directory }, account, region }: Context): NamedPolicy {
  const start = `arn:${partitionOf(region)}:iam::`;
  const isVisible = arn.startsWith(`${start}${account}:`) || arn.startsWith(`${start}aws:`);
  const policy = isVisible ? directory.managedPolicies.find(arn) : undefined;
  if (policy) return policy;
  if (arn.startsWith(`${start}aws:`)) {
    const known = directory.managedPolicies.ofAws(partitionOf(region)).map((each) => each.arn);
    throw new Error(`the policy ${arn} is managed by AWS and unknown here; known are: ${known.join(', ')}`);
  }
  throw new Error(`Policy ${arn} does not exist or is not attachable.`);
}
