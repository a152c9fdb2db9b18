/** What the operations of CloudFormation's API take. All else is refused by name. */
import { z } from 'zod';
import { flag, noMembers } from '../../protocols/query-form.ts';
import { STACK_STATUSES } from '../../templates/stack.ts';

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
/** Of a stack: its name or its id. */
const name = z.string().min(1);
const newName = z
  .string()
  .max(128)
  .regex(/^([a-zA-Z][-a-zA-Z0-9]*|arn:.+)$/, 'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*');
const ofStack = { StackName: name };
const ofChangeSet = { StackName: name.optional(), ChangeSetName: name };
/** Repeats are told apart by what they find. */
const token = z.string().optional();

/** What a request for a stack says of it. */
const wanted = {
  StackName: newName,
  TemplateBody: z.string().optional(),
  TemplateURL: z.string().optional(),
  Parameters: list(Parameter),
  Capabilities: list(z.enum(['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'])),
  RoleARN: z.string().optional(),
  NotificationARNs: noMembers,
  Tags: noMembers,
};
const DisableRollback = z.literal('false').optional();

export const requests = {
  CreateStack: z.strictObject({
    ...wanted,
    ClientRequestToken: token,
    DisableRollback,
    OnFailure: z.literal('ROLLBACK').optional(),
    EnableTerminationProtection: flag.default(false),
    DeploymentConfig: deploymentConfig.optional(),
  }),
  UpdateStack: z.strictObject({
    ...wanted,
    UsePreviousTemplate: flag.optional(),
    ClientRequestToken: token,
    DisableRollback,
    DeploymentConfig: deploymentConfig.optional(),
  }),
  CreateChangeSet: z.strictObject({
    ...wanted,
    UsePreviousTemplate: flag.optional(),
    ChangeSetName: z.string().regex(/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/),
    ChangeSetType: z.enum(['CREATE', 'UPDATE']).default('UPDATE'),
    Description: z.string().max(1024).optional(),
    ClientToken: token,
    ImportExistingResources: flag.default(false),
    /** There are none. */
    IncludeNestedStacks: flag.optional(),
    DeploymentConfig: deploymentConfig.optional(),
  }),
  DescribeChangeSet: z.strictObject({ ...ofChangeSet, IncludePropertyValues: flag.optional() }),
  DeleteChangeSet: z.strictObject(ofChangeSet),
  ExecuteChangeSet: z.strictObject({
    ...ofChangeSet,
    ClientRequestToken: token,
    DisableRollback,
  }),
  ListChangeSets: z.strictObject(ofStack),
  DescribeStacks: z.strictObject({ StackName: name.optional() }),
  ListStacks: z.strictObject({ StackStatusFilter: list(z.enum(STACK_STATUSES)) }),
  DescribeStackEvents: z.strictObject({ ...ofStack, NextToken: z.string().optional() }),
  DescribeStackResource: z.strictObject({ ...ofStack, LogicalResourceId: name }),
  DescribeStackResources: z.strictObject({
    StackName: name.optional(),
    LogicalResourceId: name.optional(),
    PhysicalResourceId: name.optional(),
  }),
  ListStackResources: z.strictObject(ofStack),
  GetTemplate: z.strictObject({ ...ofStack, TemplateStage: z.enum(['Original', 'Processed']).optional() }),
  ValidateTemplate: z.strictObject({ TemplateBody: z.string().optional(), TemplateURL: z.string().optional() }),
  GetTemplateSummary: z.strictObject({
    StackName: name.optional(),
    TemplateBody: z.string().optional(),
    TemplateURL: z.string().optional(),
  }),
  ListExports: z.strictObject({}),
  ListImports: z.strictObject({ ExportName: name }),
  UpdateTerminationProtection: z.strictObject({ ...ofStack, EnableTerminationProtection: flag }),
  DeleteStack: z.strictObject({
    ...ofStack,
    ClientRequestToken: token,
    RoleARN: z.string().optional(),
    DeploymentConfig: deploymentConfig.optional(),
  }),
};
