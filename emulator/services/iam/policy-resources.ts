/** AWS::IAM::Policy and ManagedPolicy: policies that are attached to roles, users and groups. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { parsePolicy } from '../../authorization/policy.ts';
import { ApiError } from '../../core/api.ts';
import type { NamedPolicy } from '../../core/policy-document.ts';
import {
  type DeployContext,
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
}
type Context = DeployContext<Services>;

const names = z.array(z.string()).default([]);
const attachments = { Roles: names, Users: names, Groups: names };

const Policy = z.strictObject({ ...attachments, PolicyName: policyName, PolicyDocument: policyDocument });

const ManagedPolicy = z.strictObject({
  ...attachments,
  ManagedPolicyName: policyName.optional(),
  PolicyDocument: policyDocument,
  Path: iamPath.default('/'),
  Description: iamDescription.optional(),
});

export const iamPolicyTypes: ResourceTypes<Services> = {
  'AWS::IAM::Policy': resourceType(Policy, {
    replacedBy: [],
    create: (properties, context) => {
      attach(inlinePolicy(properties), properties, context);
      return { ref: physicalName(context), attributes: {} };
    },
    update: {
      properties: ['PolicyName', 'PolicyDocument', 'Roles', 'Users', 'Groups'],
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
    replacedBy: ['ManagedPolicyName', 'Path', 'Description'],
    create: (properties, context) => {
      const { account, services } = context;
      const name = properties.ManagedPolicyName ?? physicalName(context, 128);
      const { directory } = services;
      const { Path: path, Description: description } = properties;
      const arn = directory.iamArn(account, `policy${path}${name}`);
      const document = parsePolicy(properties.PolicyDocument, `policy ${name}`);
      const policy = directory.managedPolicies.add(arn, { account, name, path, document, description });
      try {
        attach(policy, properties, context);
      } catch (error) {
        directory.managedPolicies.remove(arn);
        throw error;
      }
      return { ref: arn, attributes: { PolicyArn: arn } };
    },
    update: {
      properties: ['PolicyDocument', 'Roles', 'Users', 'Groups'],
      run: ({ ref: arn, properties: before }, properties, context) => {
        const { directory } = context.services;
        const policy = directory.managedPolicies.find(arn);
        if (!policy) throw new Error(`Policy ${arn} was not found.`);
        const document = parsePolicy(properties.PolicyDocument, `policy ${arn}`);
        // Those that hold it have the new version at once.
        if (!isDeepStrictEqual(document, policy.document)) policy.replaceDocument(document, directory.now());
        detach(arn, before, context);
        attach(policy, properties, context);
      },
    },
    remove: ({ ref: arn, properties }, context) => {
      const { account } = context;
      const { directory } = context.services;
      detach(arn, properties, context);
      const bound = [...directory.rolesOf(account), ...directory.usersOf(account)];
      const holders = [...bound, ...directory.groupsOf(account)];
      const isHeld = holders.some(({ policies }) => policies.some(({ name }) => name === arn));
      if (isHeld || bound.some(({ boundary }) => boundary?.name === arn)) {
        throw deleteConflict('Cannot delete a policy attached to entities.');
      }
      directory.managedPolicies.remove(arn);
    },
  }),
};

export function deleteConflict(message: string): ApiError {
  return new ApiError('DeleteConflict', 409, message);
}

function inlinePolicy({ PolicyName: name, PolicyDocument }: z.output<typeof Policy>): NamedPolicy {
  return { name, document: parsePolicy(PolicyDocument, `policy ${name}`) };
}

type Attachments = Pick<z.output<typeof Policy>, keyof typeof attachments>;

/** Those that a resource names, as far as they are there. */
function holdersOf({ Roles, Users, Groups }: Attachments, { account, services: { directory } }: Context) {
  return [
    ...Roles.map((name) => ({ kind: 'role', name, holder: directory.findRole(account, name) })),
    ...Users.map((name) => ({ kind: 'user', name, holder: directory.findUser(account, name) })),
    ...Groups.map((name) => ({ kind: 'group', name, holder: directory.findGroup(account, name) })),
  ];
}

function attach(policy: NamedPolicy, to: Attachments, context: Context): void {
  for (const { kind, name, holder } of holdersOf(to, context)) {
    if (!holder) throw new Error(`The ${kind} with name ${name} cannot be found.`);
    context.services.directory.putPolicy(holder, policy);
  }
}

/** From whoever is still there. */
function detach(policyName: string, from: Attachments, context: Context): void {
  for (const { holder } of holdersOf(from, context)) {
    if (holder) holder.policies = holder.policies.filter(({ name }) => name !== policyName);
  }
}
