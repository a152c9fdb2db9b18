/** AWS::IAM::Policy and ManagedPolicy: policies that are attached to roles and users. */
import { z } from 'zod';
import { checkManagedSize, checkPartition } from '../../authorization/acceptance.ts';
import { parsePolicy } from '../../authorization/policy.ts';
import { ApiError } from '../../core/api.ts';
import { partitionOf } from '../../core/partition.ts';
import type { NamedPolicy, PolicyDocument } from '../../core/policy-document.ts';
import {
  type DeployContext,
  harmless,
  physicalName,
  policyDocument,
  type ResourceTypes,
  resourceType,
} from '../../templates/resource-type.ts';
import { iamDescription, iamPath, policyName } from '../../templates/texts.ts';
import type { Directory } from './state/directory.ts';

/** What IAM's resources are made in. */
export interface Services {
  directory: Directory;
  /** Customer-managed policies by ARN. */
  managedPolicies: Map<string, NamedPolicy>;
}
type Context = DeployContext<Services>;

const attachments = { Roles: z.array(z.string()).default([]), Users: z.array(z.string()).default([]) };

const Policy = z.strictObject({ ...attachments, PolicyName: policyName, PolicyDocument: policyDocument });

const ManagedPolicy = z.strictObject({
  ...attachments,
  ManagedPolicyName: policyName.optional(),
  PolicyDocument: policyDocument,
  Path: iamPath.default('/'),
  Description: harmless('a text for people', iamDescription),
});

export const iamPolicyTypes: ResourceTypes<Services> = {
  'AWS::IAM::Policy': resourceType(Policy, {
    replacedBy: [],
    create: (properties, context) => {
      attach(inlinePolicy(properties), properties, context);
      return { ref: physicalName(context), attributes: {} };
    },
    update: {
      properties: ['PolicyName', 'PolicyDocument', 'Roles', 'Users'],
      run: (made, properties, context) => {
        const policy = inlinePolicy(properties);
        detach(made.properties.PolicyName, made.properties, context);
        attach(policy, properties, context);
      },
    },
    remove: ({ properties }, context) => detach(properties.PolicyName, properties, context),
  }),

  'AWS::IAM::ManagedPolicy': resourceType(ManagedPolicy, {
    named: 'ManagedPolicyName',
    replacedBy: ['ManagedPolicyName', 'Path'],
    create: (properties, context) => {
      const { account, services } = context;
      const name = properties.ManagedPolicyName ?? physicalName(context, 128);
      const arn = services.directory.iamArn(account, `policy${properties.Path}${name}`);
      if (services.managedPolicies.has(arn)) {
        const problem = `A policy called ${name} already exists. Duplicate names are not allowed.`;
        throw new ApiError('EntityAlreadyExists', 409, problem);
      }
      const policy = { name: arn, document: managedDocument(name, properties, context) };
      attach(policy, properties, context);
      services.managedPolicies.set(arn, policy);
      return { ref: arn, attributes: { PolicyArn: arn } };
    },
    update: {
      properties: ['PolicyDocument', 'Roles', 'Users'],
      run: ({ ref: arn, properties: before }, properties, context) => {
        const { directory, managedPolicies } = context.services;
        const policy = { name: arn, document: managedDocument(arn, properties, context) };
        detach(arn, before, context);
        managedPolicies.set(arn, policy);
        // Those that name it themselves have it as well.
        for (const identity of [...directory.rolesOf(context.account), ...directory.usersOf(context.account)]) {
          identity.policies = identity.policies.map((each) => (each.name === arn ? policy : each));
        }
        attach(policy, properties, context);
      },
    },
    remove: ({ ref: arn, properties }, context) => {
      const { account } = context;
      const { directory, managedPolicies } = context.services;
      detach(arn, properties, context);
      const holders = [...directory.rolesOf(account), ...directory.usersOf(account)];
      if (holders.some(({ policies }) => policies.some(({ name }) => name === arn))) {
        throw deleteConflict('Cannot delete a policy attached to entities.');
      }
      managedPolicies.delete(arn);
    },
  }),
};

export function deleteConflict(message: string): ApiError {
  return new ApiError('DeleteConflict', 409, message);
}

function managedDocument(
  name: string,
  { PolicyDocument }: z.output<typeof ManagedPolicy>,
  { region }: DeployContext,
): PolicyDocument {
  const document = parsePolicy(PolicyDocument, `policy ${name}`);
  checkManagedSize(document);
  checkPartition(document, partitionOf(region));
  return document;
}

function inlinePolicy({ PolicyName: name, PolicyDocument }: z.output<typeof Policy>): NamedPolicy {
  return { name, document: parsePolicy(PolicyDocument, `policy ${name}`) };
}

function attach(policy: NamedPolicy, to: { Roles: string[]; Users: string[] }, context: Context): void {
  const { account, services } = context;
  for (const name of to.Roles) {
    const role = services.directory.findRole(account, name);
    if (!role) throw new Error(`The role with name ${name} cannot be found.`);
    services.directory.putRolePolicy(role.arn, policy);
  }
  for (const name of to.Users) services.directory.putUserPolicy(account, name, policy);
}

/** From whoever is still there. */
function detach(policyName: string, from: { Roles: string[]; Users: string[] }, context: Context): void {
  const { account, services } = context;
  const roles = from.Roles.map((name) => services.directory.findRole(account, name));
  const users = from.Users.map((name) => services.directory.findUser(account, name));
  for (const holder of [...roles, ...users]) {
    if (holder) holder.policies = holder.policies.filter(({ name }) => name !== policyName);
  }
}
