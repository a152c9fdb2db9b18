/** Change sets as CloudFormation's API shows them. They are ready at once. */
import type { XmlNode } from '../../../protocols/xml.ts';
import type { Properties } from '../../../templates/change.ts';
import type { PlannedChange, PlannedProperty } from '../../../templates/planned-changes.ts';
import type { ChangeSet } from '../store.ts';
import { parameterElements } from './stack.ts';

/** @param withValues whether the properties' values are asked for as well */
export function changeSetElement(changeSet: ChangeSet, withValues = false): XmlNode {
  const { desired, changes, failure } = changeSet;
  return {
    ...common(changeSet),
    Parameters: { member: parameterElements(desired) },
    Changes: { member: failure === undefined ? changes.map((change) => changeElement(change, withValues)) : [] },
  };
}

export function changeSetSummary(changeSet: ChangeSet): XmlNode {
  return common(changeSet);
}

function common({ arn, name, description, stack, created, failure, importExistingResources }: ChangeSet) {
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
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html */
function changeElement(change: PlannedChange, withValues: boolean): XmlNode {
  const { action, logicalId, type, physicalId, replacement, properties, before, after } = change;
  return {
    Type: 'Resource',
    ResourceChange: {
      Action: action,
      LogicalResourceId: logicalId,
      PhysicalResourceId: physicalId,
      ResourceType: type,
      Replacement: replacement,
      Scope: { member: action === 'Modify' ? ['Properties'] : [] },
      Details: { member: properties.map((property) => detailElement(property)) },
      ...(withValues && { BeforeContext: contextOf(before), AfterContext: contextOf(after) }),
    },
  };
}

function detailElement({ name, requiresRecreation, causedBy }: PlannedProperty): XmlNode {
  return {
    Target: { Attribute: 'Properties', Name: name, RequiresRecreation: requiresRecreation },
    Evaluation: causedBy === undefined ? 'Static' : 'Dynamic',
    ChangeSource: causedBy === undefined ? 'DirectModification' : 'ResourceReference',
    CausingEntity: causedBy,
  };
}

function contextOf(Properties: Properties | undefined): string | undefined {
  return Properties && JSON.stringify({ Properties });
}
