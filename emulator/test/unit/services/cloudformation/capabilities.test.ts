import { describe, expect, test } from 'vitest';
import { requireCapabilities } from '../../../../services/cloudformation/capabilities.ts';

describe('capabilities', () => {
  const role = (Properties: Record<string, string>) => ({ Resources: { R: { Type: 'AWS::IAM::Role', Properties } } });

  test.each([
    ['no identities', { Resources: { Q: { Type: 'AWS::SQS::Queue' } } }, [], undefined],
    ['a role', role({}), [], 'Requires capabilities : [CAPABILITY_IAM]'],
    ['a role', role({}), ['CAPABILITY_IAM'], undefined],
    ['a named role', role({ RoleName: 'r' }), ['CAPABILITY_IAM'], 'Requires capabilities : [CAPABILITY_NAMED_IAM]'],
    ['a named role', role({ RoleName: 'r' }), ['CAPABILITY_NAMED_IAM'], undefined],
  ])('of %s with %j', (_, template, given, problem) => {
    const required = () => requireCapabilities(template, given);
    if (problem === undefined) expect(required).not.toThrow();
    else expect(required).toThrow(problem);
  });
});
