import { CfnParameter, CfnRule, Fn, type Stack } from 'aws-cdk-lib';
import { relayRoleArn } from './arns.ts';
import type { RelayContext } from './config.ts';

/**
 * Has a stack remember which relay it is for, by the ARN of the relay's role. Another relay's template of the same stack name would take
 * that one's roles away without a word, so it is refused. A guard against accidents: whoever deploys can say otherwise.
 */
export function serveOneRelay(stack: Stack, config: RelayContext): void {
  const owner = relayRoleArn(config);
  // Whoever deploys keeps a parameter's value unless told otherwise: the CDK, `aws cloudformation deploy`, and the console.
  const serves = new CfnParameter(stack, 'ServesRelay', {
    type: 'String',
    default: owner,
    description: 'The role of the relay that this stack is for. It is kept from one deployment to the next.',
  });
  new CfnRule(stack, 'ServesOneRelay', {
    assertions: [
      {
        assert: Fn.conditionEquals(serves.valueAsString, owner),
        assertDescription: `The stack is another relay's, and ${owner} would take its place: give this relay a name of its own ("relay": {"name": …} in its configuration). If it has moved, say so with --parameters ServesRelay=${owner}`,
      },
    ],
  });
}
