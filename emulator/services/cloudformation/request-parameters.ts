/** The values of a template's parameters as a request gives them: its own, those of before where it says so, else the defaults. */
import type { Template } from '../../templates/intrinsics.ts';
import type { Deployed } from '../../templates/stack.ts';
import { invalid } from '../../templates/template-text.ts';
import type { ParameterInput } from './requests.ts';

const STORED = 'AWS::SSM::Parameter::Value<String>';

/**
 * A parameter that isn't mentioned takes its default, on an update as well: only `UsePreviousValue` keeps what was.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Parameter.html
 * @throws ApiError `ValidationError` (400) for a previous value that there isn't
 */
export function givenParameters(
  { Parameters = {} }: Template,
  given: readonly ParameterInput[],
  before: Pick<Deployed, 'template' | 'parameters'> | undefined,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, { Type, Default }] of Object.entries(Parameters)) {
    if (Type !== STORED && Default !== undefined) values[name] = String(Default);
  }
  for (const input of given) {
    const { ParameterKey: name } = input;
    if ('ParameterValue' in input) values[name] = input.ParameterValue;
    else if (before?.template.Parameters?.[name] === undefined) throw noPrevious(name);
    else if (before.parameters[name] !== undefined) values[name] = before.parameters[name];
  }
  return values;
}

/** @param lookUp in the store of the stack's account and region @throws ApiError `ValidationError` (400) for what isn't in the store */
export function storedParameters(
  { Parameters = {} }: Template,
  given: readonly ParameterInput[],
  lookUp: (name: string) => string | undefined,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [parameter, { Type, Default }] of Object.entries(Parameters)) {
    if (Type !== STORED) continue;
    const input = given.find(({ ParameterKey }) => ParameterKey === parameter);
    const name = input && 'ParameterValue' in input ? input.ParameterValue : String(Default);
    const value = lookUp(name);
    if (value === undefined)
      throw invalid(`Unable to fetch parameters [${name}] from parameter store for this account.`);
    values[parameter] = value;
  }
  return values;
}

function noPrevious(name: string): Error {
  return invalid(
    `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
  );
}
