/** Stacks, their events and change sets as CloudFormation's API shows them. Nothing is cut into pages. */
import type { XmlNode } from '../../protocols/xml.ts';
import type { PlannedChange } from '../../templates/planned-changes.ts';
import type { Stack } from '../../templates/stack.ts';
import type { ChangeSet } from './store.ts';

export function stackElement(stack: Stack): XmlNode {
  const { id, arn, created, status, deployed, events } = stack;
  const own = events.filter(({ logicalId, type }) => logicalId === id.name && type === 'AWS::CloudFormation::Stack');
  return {
    StackId: arn,
    StackName: id.name,
    Description: deployed.template.Description,
    CreationTime: created.toISOString(),
    LastUpdatedTime: own.at(-1)?.time.toISOString(),
    StackStatus: status,
    StackStatusReason: own.at(-1)?.reason,
    DisableRollback: false,
    EnableTerminationProtection: false,
    Parameters: { member: parameterElements(deployed) },
    Outputs: {
      member: Object.entries(deployed.outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
    },
    Tags: {},
  };
}

/** Those of the parameter store by what they are read from. */
function parameterElements({ template, parameters }: Pick<Stack['deployed'], 'template' | 'parameters'>): XmlNode[] {
  return Object.entries(template.Parameters ?? {}).map(([ParameterKey, { Default }]) => ({
    ParameterKey,
    ParameterValue: parameters[ParameterKey] ?? String(Default),
  }));
}

/** Newest first. */
export function eventElements({ id, arn, events }: Stack): XmlNode[] {
  return events.toReversed().map((event) => ({
    EventId: event.id,
    StackId: arn,
    StackName: id.name,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId ?? (event.type === 'AWS::CloudFormation::Stack' ? arn : ''),
    ResourceType: event.type,
    Timestamp: event.time.toISOString(),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
  }));
}

/** @param timeElement what the operation calls the time of the last change */
export function resourceElements(
  { id, arn, resources, events, created }: Stack,
  timeElement: 'Timestamp' | 'LastUpdatedTimestamp',
): XmlNode[] {
  return [...resources.values()].map(({ logicalId, type, answers }) => {
    const last = events.findLast((event) => event.logicalId === logicalId);
    return {
      ...(timeElement === 'Timestamp' && { StackId: arn, StackName: id.name }),
      LogicalResourceId: logicalId,
      PhysicalResourceId: answers.ref,
      ResourceType: type,
      [timeElement]: (last?.time ?? created).toISOString(),
      ResourceStatus: last?.status ?? 'CREATE_COMPLETE',
    };
  });
}

export function changeSetElement(changeSet: ChangeSet): XmlNode {
  const { arn, name, description, stack, desired, created, changes, failure, importExistingResources } = changeSet;
  return {
    ChangeSetId: arn,
    ChangeSetName: name,
    Description: description,
    StackId: stack.arn,
    StackName: stack.id.name,
    CreationTime: created.toISOString(),
    Status: failure === undefined ? 'CREATE_COMPLETE' : 'FAILED',
    StatusReason: failure,
    ExecutionStatus: failure === undefined ? 'AVAILABLE' : 'UNAVAILABLE',
    ImportExistingResources: importExistingResources,
    IncludeNestedStacks: false,
    Parameters: { member: parameterElements(desired) },
    Changes: { member: failure === undefined ? changes.map(changeElement) : [] },
  };
}

function changeElement({ action, logicalId, type, physicalId, replacement }: PlannedChange): XmlNode {
  return {
    Type: 'Resource',
    ResourceChange: {
      Action: action,
      LogicalResourceId: logicalId,
      PhysicalResourceId: physicalId,
      ResourceType: type,
      Replacement: replacement,
      Scope: {},
      Details: {},
    },
  };
}
