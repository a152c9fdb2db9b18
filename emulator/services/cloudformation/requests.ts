/** What the operations of CloudFormation's API take. All else is refused by name. */
import { z } from 'zod';
import { flag, noMembers } from '../../protocols/query-form.ts';

const Parameter = z.union([
  z.strictObject({
    ParameterKey: z.string(),
    ParameterValue: z.string(),
    UsePreviousValue: z.literal('false').optional(),
  }),
  z.strictObject({ ParameterKey: z.string(), UsePreviousValue: z.literal('true') }),
]);
export type ParameterInput = z.output<typeof Parameter>;

const list = <T extends z.ZodType>(member: T) =>
  z.union([z.array(member), z.literal('').transform((): z.output<T>[] => [])]).default([]);
/** Waits for resources to be stable, which they are here at once. */
const deploymentConfig = z.strictObject({
  Mode: z.literal('STANDARD'),
  DisableRollback: z.literal('false').optional(),
});
const name = z.string().min(1);
const ofStack = { StackName: name };
const ofChangeSet = { StackName: name.optional(), ChangeSetName: name };
/** Repeats are told apart by what they find. */
const token = z.string().optional();

export const requests = {
  CreateChangeSet: z.strictObject({
    ...ofStack,
    ChangeSetName: z.string().regex(/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/),
    ChangeSetType: z.enum(['CREATE', 'UPDATE']).default('UPDATE'),
    Description: z.string().max(1024).optional(),
    ClientToken: token,
    TemplateBody: z.string().optional(),
    TemplateURL: z.string().optional(),
    Parameters: list(Parameter),
    Capabilities: list(z.enum(['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'])),
    ImportExistingResources: flag.default(false),
    RoleARN: z.string().optional(),
    /** There are none. */
    IncludeNestedStacks: flag.optional(),
    DeploymentConfig: deploymentConfig.optional(),
    NotificationARNs: noMembers,
    Tags: noMembers,
  }),
  DescribeChangeSet: z.strictObject({ ...ofChangeSet, IncludePropertyValues: flag.optional() }),
  DeleteChangeSet: z.strictObject(ofChangeSet),
  ExecuteChangeSet: z.strictObject({
    ...ofChangeSet,
    ClientRequestToken: token,
    DisableRollback: z.literal('false').optional(),
  }),
  DescribeStacks: z.strictObject(ofStack),
  DescribeStackEvents: z.strictObject(ofStack),
  DescribeStackResources: z.strictObject(ofStack),
  ListStackResources: z.strictObject(ofStack),
  GetTemplate: z.strictObject({ ...ofStack, TemplateStage: z.enum(['Original', 'Processed']).optional() }),
  DeleteStack: z.strictObject({
    ...ofStack,
    ClientRequestToken: token,
    RoleARN: z.string().optional(),
    DeploymentConfig: deploymentConfig.optional(),
  }),
};
