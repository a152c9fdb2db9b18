import { describe, expect, test } from 'vitest';
import { givenParameters, storedParameters } from '../../../../services/cloudformation/request-parameters.ts';

describe('the parameters of a request', () => {
  const template = {
    Parameters: {
      Kept: { Type: 'String', Default: 'new default' },
      Needed: { Type: 'String' },
      Version: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/version' },
    },
    Resources: {},
  };
  const before = { template, parameters: { Kept: 'before', Needed: 'n' } };
  const keep = (ParameterKey: string) => ({ ParameterKey, UsePreviousValue: 'true' as const });

  test.each([
    ['takes its default again where nothing is said', [], { Kept: 'new default' }],
    ['keeps its value where that is asked for', [keep('Kept'), keep('Version')], { Kept: 'before' }],
    ['takes what is given', [{ ParameterKey: 'Kept', ParameterValue: 'x' }], { Kept: 'x' }],
  ])('a parameter %s', (_, given, expected) => {
    expect(givenParameters(template, given, before)).toEqual(expected);
  });

  test('there is no previous value of what was not there', () => {
    expect(() => givenParameters(template, [keep('Kept')], undefined)).toThrow('Invalid input for parameter key Kept.');
  });

  test('those of the store are read from it, or the request is refused', () => {
    expect(storedParameters(template, [], (name) => `value of ${name}`)).toEqual({ Version: 'value of /version' });
    expect(() => storedParameters(template, [], () => undefined)).toThrow(
      'Unable to fetch parameters [/version] from parameter store for this account.',
    );
  });
});
