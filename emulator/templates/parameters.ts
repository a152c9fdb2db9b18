/** The values of a template's parameters: given, kept from before, or defaults. */
import { z } from 'zod';
import { type Template, TemplateError } from './intrinsics.ts';

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html */
const Parameter = z.strictObject({
  Type: z.enum(['String', 'Number', 'CommaDelimitedList', 'List<Number>', 'AWS::SSM::Parameter::Value<String>']),
  Default: text.optional(),
  Description: z.string().max(4000).optional(),
  NoEcho: z.unknown().optional(),
  AllowedValues: z.array(text).optional(),
  AllowedPattern: z.string().optional(),
  ConstraintDescription: z.string().optional(),
  MinLength: z.coerce.number().optional(),
  MaxLength: z.coerce.number().optional(),
  MinValue: z.coerce.number().optional(),
  MaxValue: z.coerce.number().optional(),
});

/**
 * An update keeps what isn't given anew, as the CDK and `aws cloudformation deploy` ask for it; a default counts once only.
 * Parameters of the SSM parameter store have no value here.
 * @param previous those of the stack's last deployment
 * @throws TemplateError for a value that is missing, unknown or not allowed
 */
export function effectiveParameters(
  { Parameters = {} }: Template,
  given: Readonly<Record<string, string>>,
  previous: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(Parameters, name));
  if (unknown.length > 0) {
    throw new TemplateError('Parameters', `Parameters: [${unknown.join(', ')}] do not exist in the template`);
  }
  const values: Record<string, string> = {};
  for (const [name, declared] of Object.entries(Parameters)) {
    const path = `Parameters.${name}`;
    const parsed = Parameter.safeParse(declared);
    if (!parsed.success) throw new TemplateError(path, z.prettifyError(parsed.error));
    if (parsed.data.Type.startsWith('AWS::SSM::')) continue;
    const value = given[name] ?? previous[name] ?? parsed.data.Default;
    if (value === undefined) throw new TemplateError(path, `Parameters: [${name}] must have values`);
    const problem = problemOf(name, value, parsed.data);
    if (problem !== undefined) throw new TemplateError(path, problem);
    values[name] = value;
  }
  return values;
}

function problemOf(name: string, value: string, parameter: z.output<typeof Parameter>): string | undefined {
  const { AllowedValues, AllowedPattern, ConstraintDescription, MinLength = 0, MaxLength = 4096, Type } = parameter;
  const explained = (problem: string) =>
    ConstraintDescription === undefined
      ? problem
      : `Parameter ${name} failed to satisfy constraint: ${ConstraintDescription}`;
  const isList = Type === 'CommaDelimitedList' || Type.startsWith('List<');
  const items = isList ? value.split(',').map((item) => item.trim()) : [value];
  if (AllowedValues && !items.every((item) => AllowedValues.includes(item))) {
    return explained(`Parameter '${name}' must be one of AllowedValues`);
  }
  if (AllowedPattern !== undefined && !items.every((item) => wholly(AllowedPattern).test(item))) {
    return explained(`Parameter '${name}' must match pattern ${AllowedPattern}`);
  }
  if (value.length < MinLength) return explained(`Parameter '${name}' must contain at least ${MinLength} characters`);
  if (value.length > MaxLength) return explained(`Parameter '${name}' must contain at most ${MaxLength} characters`);
  if (Type.includes('Number') && items.some((item) => item === '' || Number.isNaN(Number(item)))) {
    return explained(`Parameter '${name}' must be a number, not ${value}`);
  }
  const { MinValue = Number.NEGATIVE_INFINITY, MaxValue = Number.POSITIVE_INFINITY } = parameter;
  if (Type === 'Number' && Number(value) < MinValue)
    return explained(`Parameter '${name}' must be a number not less than ${MinValue}`);
  if (Type === 'Number' && Number(value) > MaxValue)
    return explained(`Parameter '${name}' must be a number not greater than ${MaxValue}`);
  return undefined;
}

/** The pattern is one of Java's, and must match the whole value. What JavaScript reads otherwise, or not at all, is refused. */
function wholly(pattern: string): RegExp {
  const javaOnly = /\\[pPAzZGQEhHXR]|\(\?[a-zA-Z]|[*+?}]\+|&&/.exec(pattern)?.[0];
  const problem = `the AllowedPattern ${pattern} is not supported here`;
  if (javaOnly !== undefined) throw new TemplateError('Parameters', `${problem}: ${javaOnly} is Java's own`);
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch (cause) {
    throw new TemplateError('Parameters', `${problem}: ${(cause as Error).message}`);
  }
}
