/** AWS::IAM::*: roles, users and their policies. */
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
import { AWS_MANAGED } from './state/aws-managed.ts';
import type { Role as RoleEntity, User as UserEntity } from './state/entities.ts';

type Context = DeployContext<Services>;

const InlinePolicies = z.array(z.strictObject({ PolicyName: policyName, PolicyDocument: policyDocument })).default([]);

const identity = {
  Path: iamPath.default('/'),
  Policies: InlinePolicies,
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: z.string().optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).default([]),
};

const Role = z.strictObject({
  ...identity,
  RoleName: roleName.optional(),
  AssumeRolePolicyDocument: policyDocument,
  MaxSessionDuration: integer(3600, 43_200).optional(),
  Description: harmless('a text for people', iamDescription),
});

const User = z.strictObject({ ...identity, UserName: userName.optional() });

const AccessKey = z.strictObject({
  UserName: z.string(),
  Status: z.literal('Active').optional(),
  Serial: harmless('it only makes CloudFormation rotate the key'),
});

type Identity = Pick<z.output<typeof Role>, keyof typeof identity>;

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
        ...grants(properties, context),
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
      ],
      run: ({ ref: name, attributes, properties: before }, properties, context) => {
        const { directory } = context.services;
        directory.replaceTrust(attributes['Arn']!, trustOf(name, properties));
        const role = directory.findRoleByArn(attributes['Arn']!)!;
        replaceGrants(role, before, properties, context);
        role.maxSessionDurationSeconds = properties.MaxSessionDuration ?? 3600;
      },
    },
    remove: ({ attributes, properties }, { services: { directory } }) => {
      const role = directory.findRoleByArn(attributes['Arn']!);
      if (!role) return;
      refuseForeignPolicies(role.policies, properties);
      directory.removeRole(role.arn);
    },
  }),

  'AWS::IAM::User': resourceType(User, {
    named: 'UserName',
    replacedBy: ['UserName', 'Path'],
    create: (properties, context) => {
      const { account, services } = context;
      const name = properties.UserName ?? physicalName(context);
      const user = services.directory.addUser({ account, name, ...grants(properties, context) });
      return { ref: name, attributes: { Arn: user.arn } };
    },
    update: {
      properties: ['Policies', 'ManagedPolicyArns', 'PermissionsBoundary', 'Tags'],
      run: ({ attributes, properties: before }, properties, context) => {
        const user = context.services.directory.findUserByArn(attributes['Arn']!);
        if (!user) throw new Error(`The user with ARN ${attributes['Arn']} cannot be found.`);
        replaceGrants(user, before, properties, context);
      },
    },
    remove: ({ ref: name, properties }, { account, services: { directory } }) => {
      const user = directory.findUser(account, name);
      if (!user) return;
      refuseForeignPolicies(user.policies, properties);
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
      const isThere = directory.findUser(account, UserName) !== undefined && directory.findAccessKey(ref) !== undefined;
      if (isThere) directory.removeAccessKey(account, UserName, ref);
    },
  }),

  ...iamPolicyTypes,
};

function trustOf(name: string, { AssumeRolePolicyDocument }: z.output<typeof Role>): PolicyDocument {
  return parsePolicy(AssumeRolePolicyDocument, `trust policy of ${name}`, 'trust');
}

function grants(properties: Identity, context: Context) {
  const inline = properties.Policies.map(({ PolicyName, PolicyDocument }) => ({
    name: PolicyName,
    document: parsePolicy(PolicyDocument, `policy ${PolicyName}`),
  }));
  const attached = properties.ManagedPolicyArns.map((arn) => managedPolicy(arn, context));
  const boundary = properties.PermissionsBoundary;
  return {
    path: properties.Path,
    policies: [...inline, ...attached],
    tags: new Map(properties.Tags.map(({ Key, Value }) => [Key, Value])),
    ...(boundary && { permissionsBoundary: managedPolicy(boundary, context).document }),
  };
}

/** What other resources have attached stays. */
function replaceGrants(holder: RoleEntity | UserEntity, before: Identity, after: Identity, context: Context): void {
  const { policies, permissionsBoundary, tags } = grants(after, context);
  const old = namesOf(before);
  const replaced = new Set(policies.map(({ name }) => name));
  const others = holder.policies.filter(({ name }) => !old.has(name) && !replaced.has(name));
  checkHeld('roleId' in holder ? 'role' : 'user', holder.name, [...others, ...policies], partitionOf(context.region));
  holder.policies = [...others, ...policies];
  holder.tags = tags;
  if (permissionsBoundary) holder.permissionsBoundary = permissionsBoundary;
  else delete holder.permissionsBoundary;
}

function namesOf({ Policies, ManagedPolicyArns }: Identity): Set<string> {
  return new Set([...Policies.map(({ PolicyName }) => PolicyName), ...ManagedPolicyArns]);
}

/** IAM deletes nobody who has policies, and CloudFormation takes away only those of the resource itself. */
function refuseForeignPolicies(policies: readonly NamedPolicy[], properties: Identity): void {
  const own = namesOf(properties);
  const foreign = policies.find(({ name }) => !own.has(name));
  if (foreign && isAttached(foreign)) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (foreign) throw deleteConflict('Cannot delete entity, must delete policies first.');
}

function managedPolicy(arn: string, { services, region }: Context): NamedPolicy {
  const start = `arn:${partitionOf(region)}:`;
  const document = arn.startsWith(start) ? AWS_MANAGED[arn.slice(start.length)] : undefined;
  const policy = document ? { name: arn, document } : services.managedPolicies.get(arn);
  if (policy) return policy;
  if (arn.startsWith(`${start}iam::aws:`)) {
    const known = Object.keys(AWS_MANAGED).map((each) => each.slice('iam::aws:policy/'.length));
    throw new Error(`the policy ${arn} is managed by AWS and unknown here; known are ${known.join(', ')}`);
  }
  throw new Error(`Policy ${arn} does not exist or is not attachable.`);
}
