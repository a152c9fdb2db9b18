/** Keeps one relay from taking over another one's stack. */
import { CfnParameter, CfnRule, Fn, type Stack } from 'aws-cdk-lib';

/**
 * A stack remembers the relay that it serves, and refuses the template of another relay that has the same name. Otherwise the other relay's
 * template would silently replace the roles, buckets and functions of the first.
 * @param owner what tells this relay from others: an ARN
 */
export function servesOneRelay(stack: Stack, owner: string): void {
  // A deployment keeps a parameter's value unless it is given anew: the CDK, `aws cloudformation deploy`, and the console.
  const serves = new CfnParameter(stack, 'ServesRelay', {
    type: 'String',
    default: owner,
    description: 'What tells the relay that this stack is for. It is kept from one deployment to the next.',
  });
  new CfnRule(stack, 'ServesOneRelay', {
    assertions: [
      {
        assert: Fn.conditionEquals(serves.valueAsString, owner),
        assertDescription: `The stack is another relay's, and ${owner} would take its place: give this relay a name of its own (relay.name in cdk.json). If it has moved, say so with --parameters ServesRelay=${owner}`,
      },
    ],
  });
}
