/** The parameters of AssumeRole. */
import { ApiError } from '../../core/api.ts';

export interface AssumeRoleInput {
  roleArn: string;
  sessionName: string;
  durationSeconds: number;
  externalId: string | undefined;
  /** JSON text of an inline session policy. */
  policy: string | undefined;
}

const KNOWN = ['Action', 'Version', 'RoleArn', 'RoleSessionName', 'DurationSeconds', 'ExternalId', 'Policy'];
/** Parameters of SigV4 in a presigned request. */
const SIGNATURE = /^X-Amz-/;

/**
 * Checks the parameters as STS does, before anything is looked up.
 * @throws ApiError `ValidationError` (400) in AWS's words; `NotImplemented` (501) for a parameter that AWS has and this doesn't
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function readAssumeRole(parameters: URLSearchParams): AssumeRoleInput {
  for (const name of parameters.keys()) {
    if (KNOWN.includes(name) || SIGNATURE.test(name)) continue;
    throw new ApiError('NotImplemented', 501, `The local AWS does not support ${name.split('.')[0]} in AssumeRole.`);
  }
  const text = (name: string, { minLength, maxLength, pattern }: TextConstraint): string | undefined => {
    const value = parameters.get(name);
    if (value === null) return undefined;
    if (value.length < minLength) invalid(name, value, `Member must have length greater than or equal to ${minLength}`);
    if (value.length > maxLength) invalid(name, value, `Member must have length less than or equal to ${maxLength}`);
    if (pattern && !new RegExp(`^${pattern}$`).test(value)) {
      invalid(name, value, `Member must satisfy regular expression pattern: ${pattern}`);
    }
    return value;
  };
  const roleArn = text('RoleArn', { minLength: 20, maxLength: 2048 }) ?? missing('RoleArn');
  if (!/^arn:[a-z-]+:iam::\d{12}:role\/./.test(roleArn))
    throw new ApiError('ValidationError', 400, `${roleArn} is invalid`);
  return {
    roleArn,
    sessionName:
      text('RoleSessionName', { minLength: 2, maxLength: 64, pattern: '[\\w+=,.@-]*' }) ?? missing('RoleSessionName'),
    durationSeconds: readDuration(parameters.get('DurationSeconds') ?? '3600'),
    externalId: text('ExternalId', { minLength: 2, maxLength: 1224, pattern: '[\\w+=,.@:\\/-]*' }),
    policy: text('Policy', { minLength: 1, maxLength: 2048, pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' }),
  };
}

interface TextConstraint {
  minLength: number;
  maxLength: number;
  pattern?: string;
}

function readDuration(value: string): number {
  if (!/^\d+$/.test(value))
    throw new ApiError('MalformedInput', 400, `DurationSeconds must be an integer, not ${value}`);
  const durationSeconds = Number(value);
  if (durationSeconds < 900) invalid('DurationSeconds', value, 'Member must have value greater than or equal to 900');
  if (durationSeconds > 43_200) invalid('DurationSeconds', value, 'Member must have value less than or equal to 43200');
  return durationSeconds;
}

function missing(name: string): never {
  return invalid(name, null, 'Member must not be null');
}

function invalid(name: string, value: string | null, constraint: string): never {
  const member = name[0]!.toLowerCase() + name.slice(1);
  const shown = value === null ? 'null' : `'${value}'`;
  const problem = `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ${constraint}`;
  throw new ApiError('ValidationError', 400, problem);
}
