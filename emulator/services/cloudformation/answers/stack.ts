/** Stacks, their resources and events as CloudFormation's API shows them. Only events are cut into pages. */
import type { XmlNode } from '../../../protocols/xml.ts';
import type { TemplateValue } from '../../../templates/intrinsics.ts';
import type { Stack } from '../../../templates/stack.ts';
import { invalid } from '../../../templates/template-text.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackEvents.html says 1 MB or 100 */
const EVENTS_PER_PAGE = 100;
const STACK = 'AWS::CloudFormation::Stack';

export function stackElement(stack: Stack): XmlNode {
  const { deployed, isProtected } = stack;
  return {
    ...statusOf(stack),
    Description: deployed.template.Description,
    DisableRollback: false,
    EnableTerminationProtection: isProtected,
    RollbackConfiguration: {},
    Parameters: { member: parameterElements(deployed) },
    Outputs: { member: outputElements(stack) },
    Tags: {},
  };
}

export function stackSummary(stack: Stack): XmlNode {
  return {
    ...statusOf(stack),
    TemplateDescription: stack.deployed.template.Description,
    DeletionTime: stack.isGone ? lastOwnEvent(stack)?.time.toISOString() : undefined,
  };
}

/** What descriptions and summaries share. */
function statusOf(stack: Stack) {
  const { id, arn, created, status } = stack;
  const last = lastOwnEvent(stack);
  return {
    StackId: arn,
    StackName: id.name,
    CreationTime: created.toISOString(),
    LastUpdatedTime: last?.time.toISOString(),
    StackStatus: status,
    StackStatusReason: last?.reason,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

/** Of the stack as a whole. */
function lastOwnEvent({ id, events }: Stack) {
  return events.findLast(({ logicalId, type }) => logicalId === id.name && type === STACK);
}

function outputElements({ deployed: { template, outputs, exports } }: Stack): XmlNode[] {
  return Object.entries(outputs).map(([OutputKey, OutputValue]) => {
    const isExported = template.Outputs?.[OutputKey]?.Export !== undefined;
    const ExportName = Object.keys(exports).find((name) => isExported && exports[name] === OutputValue);
    return { OutputKey, OutputValue, Description: template.Outputs?.[OutputKey]?.Description, ExportName };
  });
}

/** Those of the parameter store by what they are read from; what isn't to be echoed isn't. */
export function parameterElements({
  template,
  parameters,
}: Pick<Stack['deployed'], 'template' | 'parameters'>): XmlNode[] {
  return Object.entries(template.Parameters ?? {}).map(([ParameterKey, { Default, NoEcho }]) => ({
    ParameterKey,
    ParameterValue: isTrue(NoEcho) ? '****' : (parameters[ParameterKey] ?? String(Default)),
  }));
}

/** Newest first. @throws ApiError `ValidationError` (400) for a token that no page has given */
export function eventPage({ id, arn, events }: Stack, token: string | undefined): XmlNode {
  const newestFirst = events.toReversed();
  const start = token === undefined ? 0 : newestFirst.findIndex((event) => event.id === token);
  if (start === -1) throw invalid(`NextToken ${token} is invalid`);
  const elements = newestFirst.slice(start, start + EVENTS_PER_PAGE).map((event) => ({
    EventId: event.id,
    StackId: arn,
    StackName: id.name,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId ?? (event.type === STACK ? arn : ''),
    ResourceType: event.type,
    Timestamp: event.time.toISOString(),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
  }));
  return { StackEvents: { member: elements }, NextToken: newestFirst[start + EVENTS_PER_PAGE]?.id };
}

/**
 * @param timeElement what the operation calls the time of the last change
 * @param withStack whether each says to which stack it belongs
 */
export function resourceElements(
  { id, arn, resources, events, created }: Stack,
  timeElement: 'Timestamp' | 'LastUpdatedTimestamp',
  withStack: boolean,
): { [name: string]: XmlNode }[] {
  return [...resources.values()].map(({ logicalId, type, answers }) => {
    // Another one of the same logical id may have been deleted since.
    const last = events.findLast((event) => event.logicalId === logicalId && event.physicalId === answers.ref);
    return {
      ...(withStack && { StackId: arn, StackName: id.name }),
      LogicalResourceId: logicalId,
      PhysicalResourceId: answers.ref,
      ResourceType: type,
      [timeElement]: (last?.time ?? created).toISOString(),
      ResourceStatus: last?.status ?? 'CREATE_COMPLETE',
    };
  });
}

/** CloudFormation takes booleans as text, too. */
export function isTrue(value: TemplateValue | undefined): boolean {
  return value === true || value === 'true';
}
