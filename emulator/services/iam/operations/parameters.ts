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

const NAME_EXPECTED = 'It must contain only alphanumeric characters and/or the following: +=,.@_-';
const name = (maxLength: number): Constraint => ({
  minLength: 1,
  maxLength,
  pattern: /^[\w+=,.@-]+$/,
  expected: NAME_EXPECTED,
});

const DOCUMENT: Constraint = {
  minLength: 1,
  maxLength: 131_072,
  pattern: /^[\t\n\r\u0020-\u00ff]+$/,
  expected: 'It must contain only printable ASCII characters.',
};

const ARN: Constraint = { minLength: 20, maxLength: 2048, pattern: /^arn:/, expected: 'It must be an ARN.' };

/** One of a few words; another one is answered with all of them. */
const WORDS = {
  Status: ['Active', 'Inactive', 'Expired'],
  Scope: ['All', 'AWS', 'Local'],
  EntityFilter: ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'],
  PolicyUsageFilter: ['PermissionsPolicy', 'PermissionsBoundary'],
  OnlyAttached: ['true', 'false'],
  SetAsDefault: ['true', 'false'],
};
const word: Constraint = { minLength: 0, maxLength: 100, pattern: /^/, expected: '' };

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const CONSTRAINTS = {
  UserName: name(64),
  RoleName: name(64),
  GroupName: name(128),
  PolicyName: name(128),
  InstanceProfileName: name(128),
  Path: {
    minLength: 1,
    maxLength: 512,
    pattern: /^\/([\u0021-\u007e]+\/)?$/,
    expected: 'It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  },
  PathPrefix: { minLength: 1, maxLength: 512, pattern: /^\/[\u0021-\u007f]*$/, expected: 'It must begin with /.' },
  PolicyDocument: DOCUMENT,
  AssumeRolePolicyDocument: DOCUMENT,
  PolicyArn: ARN,
  PermissionsBoundary: ARN,
  VersionId: {
    minLength: 2,
    maxLength: 64,
    pattern: /^v[1-9]\d*(\.[A-Za-z0-9-]*)?$/,
    expected: 'It must be v and a number.',
  },
  Description: {
    minLength: 0,
    maxLength: 1000,
    pattern: /^[\t\n\r\u0020-\u007e\u00a1-\u00ff]*$/,
    expected: 'It must contain only printable characters up to U+00FF.',
  },
  AccessKeyId: {
    minLength: 16,
    maxLength: 128,
    pattern: /^\w+$/,
    expected: 'It must contain only letters and digits.',
  },
  MaxSessionDuration: { minLength: 1, maxLength: 10, pattern: /^\d+$/, expected: 'It must be a number of seconds.' },
  MaxItems: { minLength: 1, maxLength: 4, pattern: /^([1-9]\d{0,2}|1000)$/, expected: 'It must be from 1 to 1000.' },
  Marker: { minLength: 1, maxLength: 320, pattern: /^[\u0020-\u00ff]+$/, expected: 'It must be that of an answer.' },
  Status: word,
  Scope: word,
  EntityFilter: word,
  PolicyUsageFilter: word,
  OnlyAttached: word,
  SetAsDefault: word,
} satisfies Record<string, Constraint>;

export type ParameterName = keyof typeof CONSTRAINTS;
/** Parameters that are lists: `Tags.member.1.Key`. */
export type ListName = 'Tags' | 'TagKeys';

/**
 * Checks the parameters of an operation before anything is looked up. Lists are read by `lists.ts`.
 * @param needs parameters that must be given
 * @param takes parameters that may be given
 * @throws ApiError `ValidationError` (400) in IAM's words; `NotImplemented` (501) for a parameter that isn't supported here
 */
export function readInput(
  action: string,
  parameters: URLSearchParams,
  needs: readonly ParameterName[],
  takes: readonly ParameterName[],
  lists: readonly ListName[],
): Partial<Record<ParameterName, string>> {
  const input: Partial<Record<ParameterName, string>> = {};
  for (const given of parameterNames(parameters)) {
    const [head] = given.split('.');
    if (lists.some((list) => list === head)) continue;
    const name = [...needs, ...takes].find((known) => known === given);
    if (name === undefined) {
      throw new ApiError('NotImplemented', 501, `The local AWS does not support ${head} in ${action}.`);
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
  const words = Object.hasOwn(WORDS, name) ? WORDS[name as keyof typeof WORDS] : undefined;
  if (words && !words.includes(value)) {
    throw violated(name, `'${value}'`, `Member must satisfy enum value set: [${words.join(', ')}]`);
  }
  if (pattern.test(value)) return value;
  throw new ApiError('ValidationError', 400, `The specified value for ${memberOf(name)} is invalid. ${expected}`);
}

export function violated(name: ParameterName | ListName, shown: string, constraint: string): ApiError {
  const problem = `1 validation error detected: Value ${shown} at '${memberOf(name)}' failed to satisfy constraint: ${constraint}`;
  return new ApiError('ValidationError', 400, problem);
}

/** Members of the request are named in camel case. */
function memberOf(name: string): string {
  return name[0]!.toLowerCase() + name.slice(1);
}
