/** Stacks made, changed and deleted in one step, without a change set. */
import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../../core/api.ts';
import type { XmlNode } from '../../../protocols/xml.ts';
import { invalid } from '../../../templates/template-text.ts';
import type { ChangeSets } from '../store.ts';
import type { Call, CloudFormationParts, Handlers, Input } from './call.ts';
import { desiredStack } from './desired-stack.ts';
import { notUpdatable } from './refusals.ts';
import type { StackAccess } from './stack-access.ts';

type Name = 'CreateStack' | 'UpdateStack' | 'DeleteStack' | 'UpdateTerminationProtection';

export function deploymentOperations(
  parts: CloudFormationParts,
  access: StackAccess,
  changeSets: ChangeSets,
): Handlers<Name> {
  const { cloudFormation } = parts;

  async function create(call: Call, input: Input<'CreateStack'>): Promise<XmlNode> {
    const { StackName, RoleARN, EnableTerminationProtection } = input;
    const present = access.find(call, 'CreateStack', StackName);
    if (present) throw new ApiError('AlreadyExistsException', 400, `Stack [${StackName}] already exists`);
    access.requireRole(call, RoleARN);
    const { stackInput } = await desiredStack(parts, call, input, undefined);
    const stack = cloudFormation.add(stackInput);
    stack.isProtected = EnableTerminationProtection;
    access.begin(cloudFormation.deploy(stackInput));
    return { StackId: stack.arn };
  }

  async function update(call: Call, input: Input<'UpdateStack'>): Promise<XmlNode> {
    const { StackName, RoleARN } = input;
    const stack = access.find(call, 'UpdateStack', StackName);
    if (!stack || stack.isGone || stack.isInReview) throw invalid(`Stack [${StackName}] does not exist`);
    if (!stack.isUpdatable) throw notUpdatable(stack);
    access.requireRole(call, RoleARN);
    const { stackInput, desired } = await desiredStack(parts, call, input, stack);
    const { template, parameters } = stack.deployed;
    if (isDeepStrictEqual({ template, parameters }, desired)) throw invalid('No updates are to be performed.');
    changeSets.removeOf(stack);
    access.begin(cloudFormation.deploy(stackInput));
    return { StackId: stack.arn };
  }

  /** A stack that isn't there is deleted, too. */
  function remove(call: Call, { StackName, RoleARN }: Input<'DeleteStack'>): XmlNode {
    const stack = access.find(call, 'DeleteStack', StackName);
    access.requireRole(call, RoleARN);
    if (!stack || stack.isGone) return {};
    if (stack.isProtected) {
      throw invalid(`Stack [${stack.id.name}] cannot be deleted while TerminationProtection is enabled`);
    }
    if (stack.status.endsWith('_IN_PROGRESS') && !stack.isInReview) throw notUpdatable(stack);
    changeSets.removeOf(stack);
    access.begin(cloudFormation.destroy(stack.id));
    return {};
  }

  return {
    CreateStack: create,
    UpdateStack: update,
    DeleteStack: remove,
    UpdateTerminationProtection: (call, { StackName, EnableTerminationProtection }) => {
      const problem = `Stack [${StackName}] does not exist`;
      const stack = access.require(call, 'UpdateTerminationProtection', StackName, problem);
      stack.isProtected = EnableTerminationProtection;
      return { StackId: stack.arn };
    },
  };
}
