/** What stacks are there, what they consist of, and what has happened to them. */
import type { XmlNode } from '../../../protocols/xml.ts';
import type { Stack } from '../../../templates/stack.ts';
import { invalid } from '../../../templates/template-text.ts';
import { eventPage, resourceElements, stackElement, stackSummary } from '../answers/stack.ts';
import { templateElement, templateSummary } from '../answers/template.ts';
import type { Call, CloudFormationParts, Handlers, Input } from './call.ts';
import { templateIn } from './desired-stack.ts';
import type { StackAccess } from './stack-access.ts';

type Name =
  | 'DescribeStacks'
  | 'ListStacks'
  | 'DescribeStackEvents'
  | 'DescribeStackResource'
  | 'DescribeStackResources'
  | 'ListStackResources'
  | 'GetTemplate'
  | 'GetTemplateSummary'
  | 'ValidateTemplate'
  | 'ListExports'
  | 'ListImports';

export function descriptionOperations(parts: CloudFormationParts, access: StackAccess): Handlers<Name> {
  const { exports } = parts.cloudFormation;

  function describeStacks(call: Call, { StackName }: Input<'DescribeStacks'>): XmlNode {
    if (StackName !== undefined) {
      return { Stacks: { member: [stackElement(access.require(call, 'DescribeStacks', StackName))] } };
    }
    access.authorizeAll(call, 'DescribeStacks');
    const present = access.all(call).filter(({ isGone }) => !isGone);
    return { Stacks: { member: present.map(stackElement) } };
  }

  function listStacks(call: Call, { StackStatusFilter: wanted }: Input<'ListStacks'>): XmlNode {
    access.authorizeAll(call, 'ListStacks');
    const stacks = access.all(call).filter(({ status }) => wanted.length === 0 || wanted.includes(status));
    return { StackSummaries: { member: stacks.map(stackSummary) } };
  }

  function describeResource(call: Call, input: Input<'DescribeStackResource'>): XmlNode {
    const { StackName, LogicalResourceId } = input;
    const problem = `Stack '${StackName}' does not exist`;
    const stack = access.require(call, 'DescribeStackResource', StackName, problem);
    const found = resourceElements(stack, 'LastUpdatedTimestamp', true).find(
      (each) => each['LogicalResourceId'] === LogicalResourceId,
    );
    if (!found) throw invalid(`Resource ${LogicalResourceId} does not exist for stack ${stack.id.name}`);
    return { StackResourceDetail: found };
  }

  function describeResources(call: Call, input: Input<'DescribeStackResources'>): XmlNode {
    const { LogicalResourceId, PhysicalResourceId } = input;
    const resources = resourceElements(stackOfResources(call, input), 'Timestamp', true).filter(
      (each) => LogicalResourceId === undefined || each['LogicalResourceId'] === LogicalResourceId,
    );
    if (resources.length === 0 && LogicalResourceId !== undefined) {
      throw invalid(`Resource ${LogicalResourceId} does not exist for stack ${input.StackName ?? PhysicalResourceId}`);
    }
    return { StackResources: { member: resources } };
  }

  /** By its own name, or by the name of something that it has made. */
  function stackOfResources(call: Call, input: Input<'DescribeStackResources'>): Stack {
    const { StackName, PhysicalResourceId } = input;
    if ((StackName === undefined) === (PhysicalResourceId === undefined)) {
      throw invalid('You must specify either StackName or PhysicalResourceId, but not both');
    }
    if (StackName !== undefined) return access.require(call, 'DescribeStackResources', StackName);
    access.authorizeAll(call, 'DescribeStackResources');
    const owner = access.all(call).find(({ isGone, resources }) => {
      return !isGone && [...resources.values()].some(({ answers }) => answers.ref === PhysicalResourceId);
    });
    if (owner) return owner;
    throw invalid(`Stack for ${PhysicalResourceId} does not exist`);
  }

  return {
    DescribeStacks: describeStacks,
    ListStacks: listStacks,
    DescribeStackEvents: (call, { StackName, NextToken }) => {
      const problem = `Stack [${StackName}] does not exist`;
      return eventPage(access.require(call, 'DescribeStackEvents', StackName, problem), NextToken);
    },
    DescribeStackResource: describeResource,
    DescribeStackResources: describeResources,
    ListStackResources: (call, { StackName }) => {
      const stack = access.require(call, 'ListStackResources', StackName);
      return { StackResourceSummaries: { member: resourceElements(stack, 'LastUpdatedTimestamp', false) } };
    },
    GetTemplate: (call, { StackName }) => {
      const { deployed } = access.require(call, 'GetTemplate', StackName);
      return {
        TemplateBody: JSON.stringify(deployed.template),
        StagesAvailable: { member: ['Original', 'Processed'] },
      };
    },
    ValidateTemplate: async (call, input) => {
      call.authorize('cloudformation:ValidateTemplate', '*');
      return templateElement(await templateIn(parts, call, input));
    },
    GetTemplateSummary: async (call, { StackName, ...source }) => {
      if (StackName !== undefined) {
        return templateSummary(access.require(call, 'GetTemplateSummary', StackName).deployed.template);
      }
      access.authorizeAll(call, 'GetTemplateSummary');
      return templateSummary(await templateIn(parts, call, source));
    },
    ListExports: (call) => {
      call.authorize('cloudformation:ListExports', '*');
      const all = exports.all(call).map(({ name, value, stack }) => ({
        ExportingStackId: stack.arn,
        Name: name,
        Value: value,
      }));
      return { Exports: { member: all } };
    },
    ListImports: (call, { ExportName }) => {
      call.authorize('cloudformation:ListImports', '*');
      const importers = exports.importers(call, ExportName);
      if (importers.length === 0) throw invalid(`Export '${ExportName}' is not imported by any stack.`);
      return { Imports: { member: importers } };
    },
  };
}
