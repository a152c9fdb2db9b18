/** The parameters of IAM's operations, and their constraints. */
import { ApiError } from '../../../core/api.ts';
import { parameterNames } from '../../../protocols/query.ts';

interface Constraint {
  minLength: number;
  maxLength: number;
  pattern: RegExp;
  /** What the pattern means, in IAM's words. */
  expected: string;
}

const NAME_PATTERN = /^[\w+=,.@-]+$/;
const NAME_EXPECTED = 'It must contain only alphanumeric characters and/or the following: +=,.@_-';
const DOCUMENT: Constraint = {
  minLength: 1,
  maxLength: 131_072,
  pattern: /^[\t\n\r\u0020-\u00ff]+$/,
  expected: 'It must contain only printable ASCII characters.',
};

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const CONSTRAINTS = {
  UserName: { minLength: 1, maxLength: 64, pattern: NAME_PATTERN, expected: NAME_EXPECTED },
  RoleName: { minLength: 1, maxLength: 64, pattern: NAME_PATTERN, expected: NAME_EXPECTED },
  PolicyName: { minLength: 1, maxLength: 128, pattern: NAME_PATTERN, expected: NAME_EXPECTED },
  Path: {
    minLength: 1,
    maxLength: 512,
    pattern: /^\/([\u0021-\u007e]+\/)?$/,
    expected: 'It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  },
  PolicyDocument: DOCUMENT,
  AssumeRolePolicyDocument: DOCUMENT,
  AccessKeyId: {
    minLength: 16,
    maxLength: 128,
    pattern: /^\w+$/,
    expected: 'It must contain only letters and digits.',
  },
  MaxSessionDuration: { minLength: 1, maxLength: 10, pattern: /^\d+$/, expected: 'It must be a number of seconds.' },
} satisfies Record<string, Constraint>;

export type ParameterName = keyof typeof CONSTRAINTS;

/**
 * Checks the parameters of an operation before anything is looked up.
 * @param needs parameters that must be given
 * @param takes parameters that may be given
 * @throws ApiError `ValidationError` (400) in IAM's words; `NotImplemented` (501) for a parameter that isn't supported here
 */
export function readInput(
  action: string,
  parameters: URLSearchParams,
  needs: readonly ParameterName[],
  takes: readonly ParameterName[],
): Partial<Record<ParameterName, string>> {
  const input: Partial<Record<ParameterName, string>> = {};
  for (const given of parameterNames(parameters)) {
    const name = [...needs, ...takes].find((known) => known === given);
    if (name === undefined) {
      const problem = `The local AWS does not support ${given.split('.')[0]} in ${action}.`;
      throw new ApiError('NotImplemented', 501, problem);
    }
    if (input[name] !== undefined) throw new ApiError('ValidationError', 400, `${name} is given twice.`);
    input[name] = checked(name, parameters.get(name)!);
  }
  for (const name of needs) {
    if (input[name] === undefined) throw violated(name, 'null', 'Member must not be null');
  }
  return input;
}

function checked(name: ParameterName, value: string): string {
  const { minLength, maxLength, pattern, expected } = CONSTRAINTS[name];
  const limit =
    value.length < minLength ? `greater than or equal to ${minLength}` : `less than or equal to ${maxLength}`;
  if (value.length < minLength || value.length > maxLength) {
    throw violated(name, `'${value}'`, `Member must have length ${limit}`);
  }
  if (pattern.test(value)) return value;
  throw new ApiError('ValidationError', 400, `The specified value for ${memberOf(name)} is invalid. ${expected}`);
}

function violated(name: ParameterName, shown: string, constraint: string): ApiError {
  const problem = `1 validation error detected: Value ${shown} at '${memberOf(name)}' failed to satisfy constraint: ${constraint}`;
  return new ApiError('ValidationError', 400, problem);
}

/** Members of the request are named in camel case. */
function memberOf(name: ParameterName): string {
  return name[0]!.toLowerCase() + name.slice(1);
}
