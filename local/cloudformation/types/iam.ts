/** AWS::IAM::*: roles, users and their policies. */
import { z } from 'zod';
import type { NamedPolicy } from '../../iam/entities.ts';
import { type PolicyDocument, parsePolicy } from '../../iam/policy.ts';
import {
  type DeployContext,
  harmless,
  integer,
  physicalName,
  policyDocument,
  type ResourceType,
  resourceType,
  tags,
} from '../resource-type.ts';

const InlinePolicies = z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: policyDocument })).default([]);

const identity = {
  Path: z.string().default('/'),
  Policies: InlinePolicies,
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: z.string().optional(),
  Tags: tags,
};

const Role = z.strictObject({
  ...identity,
  RoleName: z.string().optional(),
  AssumeRolePolicyDocument: policyDocument,
  MaxSessionDuration: integer(3600, 43_200).optional(),
  Description: harmless('a text for people'),
});

const User = z.strictObject({ ...identity, UserName: z.string().optional() });

const AccessKey = z.strictObject({
  UserName: z.string(),
  Status: z.literal('Active').optional(),
  Serial: harmless('it only makes CloudFormation rotate the key'),
});

const attachments = { Roles: z.array(z.string()).default([]), Users: z.array(z.string()).default([]) };

const Policy = z.strictObject({ ...attachments, PolicyName: z.string(), PolicyDocument: policyDocument });

const ManagedPolicy = z.strictObject({
  ...attachments,
  ManagedPolicyName: z.string().optional(),
  PolicyDocument: policyDocument,
  Path: z.string().default('/'),
  Description: harmless('a text for people'),
});

/** AWS's own policies change without notice; only the one that every function needs is known here. */
const BASIC_EXECUTION = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
const AWS_MANAGED: Record<string, PolicyDocument> = {
  [BASIC_EXECUTION]: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: '*',
      },
    ],
  },
};

export const iamTypes: Record<string, ResourceType> = {
  'AWS::IAM::Role': resourceType(Role, (properties, context) => {
    const { account, services } = context;
    const name = properties.RoleName ?? physicalName(context);
    const role = services.directory.addRole({
      account,
      name,
      trust: parsePolicy(properties.AssumeRolePolicyDocument, `trust policy of ${name}`, 'trust'),
      ...grants(properties, context),
      ...(properties.MaxSessionDuration && { maxSessionDurationSeconds: properties.MaxSessionDuration }),
    });
    return { ref: name, attributes: { Arn: role.arn, RoleId: role.roleId } };
  }),

  'AWS::IAM::User': resourceType(User, (properties, context) => {
    const name = properties.UserName ?? physicalName(context);
    const user = context.services.directory.addUser({
      account: context.account,
      name,
      ...grants(properties, context),
    });
    return { ref: name, attributes: { Arn: user.arn } };
  }),

  'AWS::IAM::AccessKey': resourceType(AccessKey, ({ UserName }, { account, services }) => {
    const { accessKeyId, secretAccessKey } = services.directory.addAccessKey(account, UserName);
    return { ref: accessKeyId, attributes: { SecretAccessKey: secretAccessKey } };
  }),

  'AWS::IAM::Policy': resourceType(Policy, (properties, context) => {
    const { PolicyName: name, PolicyDocument } = properties;
    attach({ name, document: parsePolicy(PolicyDocument, `policy ${name}`) }, properties, context);
    return { ref: physicalName(context), attributes: {} };
  }),

  'AWS::IAM::ManagedPolicy': resourceType(ManagedPolicy, (properties, context) => {
    const name = properties.ManagedPolicyName ?? physicalName(context, 128);
    const arn = `arn:aws:iam::${context.account}:policy${properties.Path}${name}`;
    const policy = { name: arn, document: parsePolicy(properties.PolicyDocument, `policy ${name}`) };
    context.services.managedPolicies.set(arn, policy);
    attach(policy, properties, context);
    return { ref: arn, attributes: { PolicyArn: arn } };
  }),
};

function grants(properties: z.output<z.ZodObject<typeof identity>>, context: DeployContext) {
  const inline = properties.Policies.map(({ PolicyName, PolicyDocument }) => ({
    name: PolicyName,
    document: parsePolicy(PolicyDocument, `policy ${PolicyName}`),
  }));
  const attached = properties.ManagedPolicyArns.map((arn) => managedPolicy(arn, context));
  const boundary = properties.PermissionsBoundary;
  return {
    path: properties.Path,
    policies: [...inline, ...attached],
    ...(boundary && { permissionsBoundary: managedPolicy(boundary, context).document }),
  };
}

function managedPolicy(arn: string, { services }: DeployContext): NamedPolicy {
  const document = AWS_MANAGED[arn];
  const policy = document ? { name: arn, document } : services.managedPolicies.get(arn);
  if (policy) return policy;
  if (arn.startsWith('arn:aws:iam::aws:')) {
    throw new Error(`the policy ${arn} is managed by AWS and unknown here; only ${BASIC_EXECUTION} is supported`);
  }
  throw new Error(`Policy ${arn} does not exist or is not attachable.`);
}

function attach(policy: NamedPolicy, to: { Roles: string[]; Users: string[] }, context: DeployContext): void {
  const { account, services } = context;
  for (const name of to.Roles) {
    const role = services.directory.findRole(account, name);
    if (!role) throw new Error(`The role with name ${name} cannot be found.`);
    services.directory.putRolePolicy(role.arn, policy);
  }
  for (const name of to.Users) services.directory.putUserPolicy(account, name, policy);
}
