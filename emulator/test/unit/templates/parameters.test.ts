import { describe, expect, test } from 'vitest';
import type { Template } from '../../../templates/intrinsics.ts';
import { effectiveParameters } from '../../../templates/parameters.ts';

describe('a parameter', () => {
  const Parameters: NonNullable<Template['Parameters']> = {
    Stage: { Type: 'String', Default: 'test', AllowedValues: ['test', 'prod'] } as { Type: string },
    Owner: { Type: 'String', AllowedPattern: '[a-z]+', ConstraintDescription: 'lower case' } as { Type: string },
    BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk' },
  };
  const template = { Parameters, Resources: {} };

  test('has its default, until it is given', () => {
    expect(effectiveParameters(template, { Owner: 'a' })).toEqual({ Owner: 'a', Stage: 'test' });
  });

  test('keeps in an update what it had, also where the default has changed', () => {
    const changed = { ...template, Parameters: { ...Parameters, Stage: { Type: 'String', Default: 'prod' } } };
    expect(effectiveParameters(changed, {}, { Owner: 'a', Stage: 'test' })).toEqual({ Owner: 'a', Stage: 'test' });
    expect(effectiveParameters(changed, { Owner: 'b' }, { Owner: 'a', Gone: 'x' })).toEqual({
      Owner: 'b',
      Stage: 'prod',
    });
  });

  test.each<[string, Record<string, string>, string]>([
    ['without a value', {}, 'Parameters: [Owner] must have values'],
    ['that the template has not', { Owner: 'a', Other: 'b' }, 'Parameters: [Other] do not exist in the template'],
    ['of a value that is not allowed', { Owner: 'a', Stage: 'x' }, "Parameter 'Stage' must be one of AllowedValues"],
    ['that does not fit its pattern', { Owner: 'A' }, 'Parameter Owner failed to satisfy constraint: lower case'],
  ])('%s is refused', (_, given, problem) => {
    expect(() => effectiveParameters(template, given)).toThrow(problem);
  });

  test.each([
    ['2', undefined],
    ['1', "Parameter 'Count' must be a number not less than 2"],
    ['9', "Parameter 'Count' must be a number not greater than 8"],
    ['x', "Parameter 'Count' must be a number, not x"],
  ])('that is a number keeps to its ends: %s', (Count, problem) => {
    const counted = { Parameters: { Count: { Type: 'Number', MinValue: 2, MaxValue: '8' } }, Resources: {} };
    const check = expect(() => effectiveParameters(counted, { Count }));
    if (problem === undefined) check.not.toThrow();
    else check.toThrow(problem);
  });

  test.each(['\\p{Lower}+', '(?i)[a-z]+', '[a-z&&[^b]]+', '[a-z]++', '[a-z'])(
    'with the pattern %s, which only Java reads so, is refused',
    (AllowedPattern) => {
      const declared = { Parameters: { Owner: { Type: 'String', AllowedPattern } as { Type: string } }, Resources: {} };
      expect(() => effectiveParameters(declared, { Owner: 'a' })).toThrow(/AllowedPattern .* is not supported here/);
    },
  );
});
