/** Change sets: what the CDK and `aws cloudformation deploy` bring stacks up with. */
import { ApiError } from '../../../core/api.ts';
import type { XmlNode } from '../../../protocols/xml.ts';
import type { Stack } from '../../../templates/stack.ts';
import { invalid } from '../../../templates/template-text.ts';
import { changeSetElement, changeSetSummary } from '../answers/change-set.ts';
import type { ChangeSet, ChangeSets } from '../store.ts';
import type { Call, CloudFormationParts, Handlers, Input } from './call.ts';
import { desiredStack } from './desired-stack.ts';
import { notUpdatable } from './refusals.ts';
import type { StackAccess } from './stack-access.ts';

type Name = 'CreateChangeSet' | 'DescribeChangeSet' | 'ExecuteChangeSet' | 'DeleteChangeSet' | 'ListChangeSets';

export function changeSetOperations(
  parts: CloudFormationParts,
  access: StackAccess,
  changeSets: ChangeSets,
): Handlers<Name> {
  const { cloudFormation } = parts;

  function changeSet(
    call: Call,
    action: Name,
    { StackName, ChangeSetName }: { StackName?: string | undefined; ChangeSetName: string },
  ): ChangeSet {
    const stack = StackName === undefined ? undefined : access.require(call, action, StackName);
    const found = changeSets.find(stack, ChangeSetName);
    if (found && !stack) call.authorize(`cloudformation:${action}`, found.stack.arn);
    if (found?.stack.id.account === call.account && found.stack.id.region === call.region) return found;
    throw new ApiError('ChangeSetNotFound', 404, `ChangeSet [${ChangeSetName}] does not exist`);
  }

  async function create(call: Call, input: Input<'CreateChangeSet'>): Promise<XmlNode> {
    const present = access.find(call, 'CreateChangeSet', input.StackName);
    requireState(input, present);
    access.requireRole(call, input.RoleARN);
    const { stackInput, desired } = await desiredStack(parts, call, input, present);
    const stack = present ?? cloudFormation.review(stackInput);
    const { arn } = changeSets.add({
      name: input.ChangeSetName,
      description: input.Description,
      stack,
      input: stackInput,
      desired,
      changes: cloudFormation.plannedChanges(stack, desired),
      importExistingResources: input.ImportExistingResources,
    });
    return { Id: arn, StackId: stack.arn };
  }

  function execute(call: Call, input: Input<'ExecuteChangeSet'>): XmlNode {
    const {
      stack,
      input: stackInput,
      importExistingResources,
      failure,
      arn,
    } = changeSet(call, 'ExecuteChangeSet', input);
    if (failure !== undefined) {
      const problem = `ChangeSet [${arn}] cannot be executed in its current status of [FAILED]`;
      throw new ApiError('InvalidChangeSetStatus', 400, problem);
    }
    if (!stack.isInReview && !stack.isUpdatable) throw notUpdatable(stack);
    changeSets.removeOf(stack);
    access.begin(cloudFormation.deploy(stackInput, { importExistingResources }));
    return {};
  }

  /** One that isn't there is deleted, too. */
  function remove(call: Call, { StackName, ChangeSetName }: Input<'DeleteChangeSet'>): XmlNode {
    const stack = StackName === undefined ? undefined : access.require(call, 'DeleteChangeSet', StackName);
    const found = changeSets.find(stack, ChangeSetName);
    if (!found) return {};
    if (!stack) call.authorize('cloudformation:DeleteChangeSet', found.stack.arn);
    changeSets.remove(found);
    return {};
  }

  return {
    CreateChangeSet: create,
    DescribeChangeSet: (call, input) =>
      changeSetElement(changeSet(call, 'DescribeChangeSet', input), input.IncludePropertyValues),
    ExecuteChangeSet: execute,
    DeleteChangeSet: remove,
    ListChangeSets: (call, { StackName }) => {
      const stack = access.require(call, 'ListChangeSets', StackName, `Stack [${StackName}] does not exist`);
      return { Summaries: { member: changeSets.of(stack).map(changeSetSummary) } };
    },
  };
}

function requireState({ StackName, ChangeSetName, ChangeSetType }: Input<'CreateChangeSet'>, present?: Stack): void {
  if (ChangeSetType === 'CREATE') {
    if (!present || present.isInReview) return;
    throw invalid(
      `Stack [${StackName}] already exists and cannot be created again with the changeSet [${ChangeSetName}].`,
    );
  }
  if (!present || present.isInReview) throw invalid(`Stack [${StackName}] does not exist`);
  if (!present.isUpdatable) throw notUpdatable(present);
}
