/** The ways to name a function: its name, a partial or whole ARN, each with a qualifier or without. */
import { ApiError } from '../../core/api.ts';
import { findPartition } from '../../core/partition.ts';

export interface FunctionName {
  account: string;
  region: string;
  name: string;
  /** `$LATEST`, a version or an alias. */
  qualifier: string | undefined;
}

const NAME = '[a-zA-Z0-9-_]{1,64}';
const QUALIFIER = '\\$LATEST|[a-zA-Z0-9-_]{1,128}';
const FORMS = new RegExp(
  `^(?:(?:arn:(?<partition>[a-z-]+):lambda:(?<region>[a-z0-9-]+):)?(?<account>\\d{12}):function:)?(?<name>${NAME})(?::(?<qualifier>${QUALIFIER}))?$`,
);

/**
 * @param home account and region of whoever names the function, for what the name leaves out
 * @param qualifier the one given beside the name; it must agree with the name's own
 * @throws ApiError `ValidationException` for anything else
 */
export function parseFunctionName(
  text: string,
  home: { account: string; region: string },
  qualifier?: string | null,
): FunctionName {
  const groups = FORMS.exec(text)?.groups;
  const isElsewhere = groups?.['region'] !== undefined && findPartition(groups['region']) !== groups['partition'];
  if (!groups || isElsewhere || (qualifier && !new RegExp(`^(?:${QUALIFIER})$`).test(qualifier))) {
    const value = groups && !isElsewhere ? `qualifier '${qualifier}'` : `'${text}' at 'functionName'`;
    throw new ApiError('ValidationException', 400, `1 validation error detected: Value ${value} is not a function's`);
  }
  const own = groups['qualifier'];
  if (own && qualifier && own !== qualifier) {
    const problem = 'The derived qualifier from the function name does not match the specified qualifier.';
    throw new ApiError('InvalidParameterValueException', 400, problem);
  }
  return {
    account: groups['account'] ?? home.account,
    region: groups['region'] ?? home.region,
    name: groups['name']!,
    qualifier: own ?? qualifier ?? undefined,
  };
}
