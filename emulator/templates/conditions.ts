/**
 * What CloudFormation refuses of a template's conditions before it looks at any value: wrong numbers of operands, conditions that aren't
 * there, and resources, which aren't there yet.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
 */
import { type Template, TemplateError, type TemplateValue } from './intrinsics.ts';
import { referencesIn } from './references.ts';

/** By the function's name: the fewest and the most operands, and what CloudFormation says of another number. */
const OPERANDS: Record<string, [fewest: number, most: number, words: string]> = {
  'Fn::And': [2, 10, 'every Fn::And object requires a list of at least 2 and at most 10 boolean parameters.'],
  'Fn::Or': [2, 10, 'every Fn::Or object requires a list of at least 2 and at most 10 boolean parameters.'],
  'Fn::Not': [1, 1, 'every Fn::Not object requires one boolean parameter.'],
  'Fn::Equals': [2, 2, 'every Fn::Equals object requires a list of 2 string parameters.'],
  'Fn::If': [3, 3, 'Fn::If requires a list argument with three elements'],
};

/** @throws TemplateError in CloudFormation's words */
export function requireConditions(template: Template): void {
  const { Conditions = {}, Parameters = {}, Resources, Outputs = {} } = template;
  const isKnown = (name: string) => name.startsWith('AWS::') || Object.hasOwn(Parameters, name);
  const resources = referencesIn(Conditions).filter((name) => !isKnown(name));
  if (resources.length > 0) {
    const named = `Unresolved dependencies [${[...new Set(resources)].join(', ')}]`;
    const problem = `Template format error: ${named}. Cannot reference resources in the Conditions block of the template`;
    throw new TemplateError('Conditions', problem);
  }
  for (const [section, entries] of Object.entries({ Resources, Outputs })) {
    for (const { Condition } of Object.values(entries)) {
      if (Condition === undefined || Object.hasOwn(Conditions, Condition)) continue;
      const problem = `Unresolved condition dependency ${Condition} in the ${section} block of the template`;
      throw new TemplateError(section, `Template format error: ${problem}`);
    }
  }
  for (const part of [Conditions, Resources, Outputs]) requireOperands(part as TemplateValue, Object.keys(Conditions));
}

/** @param conditions those of the template, by name */
export function requireOperands(value: TemplateValue | undefined, conditions: readonly string[]): void {
  if (value === null || typeof value !== 'object') return;
  for (const [name, argument] of Object.entries(value)) {
    const operands = Array.isArray(value) ? undefined : OPERANDS[name];
    if (operands) {
      const [fewest, most, words] = operands;
      const count = Array.isArray(argument) ? argument.length : 0;
      if (count < fewest || count > most) throw new TemplateError(name, `Template error: ${words}`);
    }
    if (name === 'Fn::If' && !conditions.includes(String((argument as TemplateValue[])[0]))) {
      const problem = `unresolved condition dependency ${(argument as TemplateValue[])[0]} in Fn::If`;
      throw new TemplateError(name, `Template error: ${problem}`);
    }
    requireOperands(argument, conditions);
  }
}
