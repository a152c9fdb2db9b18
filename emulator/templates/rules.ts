/**
 * The section Rules: what a template demands of its parameters before anything is made or changed.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
import { z } from 'zod';
import { requireOperands } from './conditions.ts';
import { type Resolved, resolve, type Scope, TemplateError, type TemplateValue } from './intrinsics.ts';

const condition = z.custom<TemplateValue>((value) => value !== undefined);
const Rule = z.strictObject({
  RuleCondition: condition.optional(),
  Assertions: z.array(z.strictObject({ Assert: condition, AssertDescription: z.string().optional() })).min(1),
});

/** The CDK's own rule about the version of its bootstrap stack, which only a deployment by request looks up in the parameter store. */
const BOOTSTRAP_RULE = 'CheckBootstrapVersion';
const BOOTSTRAP_PARAMETER = 'BootstrapVersion';

/** @throws TemplateError with the description of the first assertion that doesn't hold, or naming a function that no rule knows */
export function requireRules(rules: Record<string, unknown> | undefined, scope: Scope): void {
  for (const [name, rule] of Object.entries(rules ?? {})) {
    if (name === BOOTSTRAP_RULE && scope.parameters[BOOTSTRAP_PARAMETER] === undefined) continue;
    const path = `Rules.${name}`;
    requireOperands(rule as TemplateValue, []);
    const parsed = Rule.safeParse(rule);
    if (!parsed.success) throw new TemplateError(path, z.prettifyError(parsed.error));
    const { RuleCondition, Assertions } = parsed.data;
    if (RuleCondition !== undefined && !holds(RuleCondition, scope, `${path}.RuleCondition`)) continue;
    for (const { Assert, AssertDescription = 'an assertion does not hold' } of Assertions) {
      if (!holds(Assert, scope, `${path}.Assertions`)) throw new TemplateError(path, AssertDescription);
    }
  }
}

type RuleFunction = (argument: TemplateValue[], scope: Scope, path: string) => boolean;

const functions: Record<string, RuleFunction> = {
  'Fn::Equals': (argument, scope, path) => {
    const [left, right] = operands(argument, scope, path);
    return JSON.stringify(left) === JSON.stringify(right);
  },
  'Fn::Not': (argument, scope, path) => !holds(argument[0]!, scope, path),
  'Fn::And': (argument, scope, path) => argument.every((each) => holds(each, scope, path)),
  'Fn::Or': (argument, scope, path) => argument.some((each) => holds(each, scope, path)),
  'Fn::Contains': (argument, scope, path) => {
    const [list, value] = operands(argument, scope, path);
    return texts(list).includes(String(value));
  },
  'Fn::EachMemberIn': (argument, scope, path) => {
    const [members, list] = operands(argument, scope, path);
    return texts(members).every((member) => texts(list).includes(member));
  },
  'Fn::EachMemberEquals': (argument, scope, path) => {
    const [members, value] = operands(argument, scope, path);
    return texts(members).every((member) => member === String(value));
  },
};

function holds(value: TemplateValue, scope: Scope, path: string): boolean {
  const call = value && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [];
  const [name = 'nothing', argument] = call[0] ?? [];
  const apply = functions[name];
  if (!apply || call.length > 1) throw new TemplateError(path, `a rule can't be made of ${name}`);
  if (!Array.isArray(argument)) throw new TemplateError(`${path}.${name}`, 'expected a list');
  return apply(argument, scope, `${path}.${name}`);
}

/** A rule looks at values of parameters, and at texts: Fn::If, Fn::Sub and the like are for other sections. */
function operands(argument: TemplateValue[], scope: Scope, path: string): Resolved[] {
  if (argument.length !== 2) throw new TemplateError(path, 'expected a list of 2');
  const other = argument.flatMap(functionsIn).find((name) => name !== 'Ref');
  if (other !== undefined) throw new TemplateError(path, `a rule can't be made of ${other}`);
  return argument.map((each) => resolve(each, scope, path));
}

function functionsIn(value: TemplateValue): string[] {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap(functionsIn);
  return Object.keys(value);
}

function texts(value: Resolved): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}
