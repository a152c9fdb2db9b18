/**
 * CloudFormation's intrinsic functions, resolved without any service: what a template says once its parameters,
 * conditions and the resources made so far are known. What is not in this file is refused by name and place.
 */
import { PSEUDO_PARAMETERS, type TemplatePlace } from './pseudo-parameters.ts';

export type TemplateValue = null | boolean | number | string | TemplateValue[] | { [name: string]: TemplateValue };

/** `undefined` stands for `AWS::NoValue`: the property is left out. */
export type Resolved = TemplateValue | undefined;

export interface TemplateResource {
  Type: string;
  Properties?: { [name: string]: TemplateValue };
  DependsOn?: string | string[];
  Condition?: string;
  [attribute: string]: TemplateValue | undefined;
}

export interface Template {
  AWSTemplateFormatVersion?: string;
  Description?: string;
  Metadata?: Record<string, unknown>;
  Rules?: Record<string, unknown>;
  Parameters?: Record<string, { Type: string; Default?: TemplateValue; NoEcho?: TemplateValue; Description?: string }>;
  Mappings?: Record<string, Record<string, Record<string, TemplateValue>>>;
  Conditions?: Record<string, TemplateValue>;
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: TemplateValue; Condition?: string; Export?: TemplateValue; Description?: string }>;
}

/** What a resource answers once it has been made. */
export interface ResourceAnswers {
  ref: string;
  attributes: Record<string, string>;
}

export interface Scope extends TemplatePlace {
  template: Template;
  /** Values for the template's parameters; the others take their defaults. */
  parameters: Record<string, string>;
  /** The resources made so far, by logical id. */
  resources: Pick<ReadonlyMap<string, ResourceAnswers>, 'get'>;
  /** What other stacks of the account and region export, by the name of the export. */
  exported?: ((name: string) => string | undefined) | undefined;
}

/** A template that can't be resolved; `path` is the place in it, e.g. `Resources.Queue.Properties.QueueName`. */
export class TemplateError extends Error {
  readonly path: string;
  readonly problem: string;

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.name = 'TemplateError';
    this.path = path;
    this.problem = problem;
  }
}

/** @throws TemplateError for an intrinsic this file doesn't know, or one that names what isn't there. */
export function resolve(value: TemplateValue, scope: Scope, path: string): Resolved {
  if (Array.isArray(value)) {
    return value.map((item, i) => resolve(item, scope, `${path}[${i}]`)).filter((item) => item !== undefined);
  }
  if (value === null || typeof value !== 'object') return value;

  const call = intrinsicOf(value, path);
  if (call) {
    const apply = intrinsics[call.name];
    if (!apply) throw new TemplateError(path, `the intrinsic function ${call.name} is not supported`);
    return apply(call.argument, scope, `${path}.${call.name}`);
  }

  const resolved: { [name: string]: TemplateValue } = {};
  for (const [name, child] of Object.entries(value)) {
    const item = resolve(child, scope, `${path}.${name}`);
    if (item !== undefined) resolved[name] = item;
  }
  return resolved;
}

/** Whether the named condition of the template holds. Conditions may name each other, but not in a circle. */
export function conditionHolds(name: string, scope: Scope, path: string, asked: readonly string[] = []): boolean {
  if (asked.includes(name)) throw new TemplateError(path, `conditions go in a circle: ${[...asked, name].join(' → ')}`);
  const condition = scope.template.Conditions?.[name];
  if (condition === undefined) throw new TemplateError(path, `there is no condition ${name}`);
  return evaluate(condition, scope, `Conditions.${name}`, [...asked, name]);
}

type Intrinsic = (argument: TemplateValue, scope: Scope, path: string) => Resolved;

const intrinsics: Record<string, Intrinsic> = {
  Ref: (argument, scope, path) => reference(text(argument, path), scope, path),
  'Fn::GetAtt': (argument, scope, path) => attribute(argument, scope, path),
  'Fn::Sub': (argument, scope, path) => substitute(argument, scope, path),
  'Fn::Join': (argument, scope, path) => {
    const [separator, items] = list(argument, path, 2);
    return texts(resolve(items!, scope, path), path).join(text(separator!, path));
  },
  'Fn::Select': (argument, scope, path) => {
    const [index, items] = list(argument, path, 2).map((item) => resolve(item, scope, path));
    const chosen = Array.isArray(items) ? items[Number(index)] : undefined;
    if (chosen === undefined) throw new TemplateError(path, `there is no item ${String(index)} to select`);
    return chosen;
  },
  'Fn::Split': (argument, scope, path) => {
    const [separator, whole] = list(argument, path, 2);
    return text(resolve(whole!, scope, path), path).split(text(separator!, path));
  },
  'Fn::If': (argument, scope, path) => {
    const [name, whenTrue, whenFalse] = list(argument, path, 3);
    return resolve(conditionHolds(text(name!, path), scope, path) ? whenTrue! : whenFalse!, scope, path);
  },
  'Fn::FindInMap': (argument, scope, path) => {
    const [map, first, second] = texts(resolve(list(argument, path, 3), scope, path), path);
    const found = scope.template.Mappings?.[map!]?.[first!]?.[second!];
    if (found === undefined) throw new TemplateError(path, `Mappings has no ${map}.${first}.${second}`);
    return found;
  },
  'Fn::ImportValue': (argument, scope, path) => {
    const name = text(resolve(argument, scope, path), path);
    const value = scope.exported?.(name);
    if (value === undefined) throw new TemplateError(path, `No export named ${name} found.`);
    return value;
  },
  'Fn::Base64': (argument, scope, path) => Buffer.from(text(resolve(argument, scope, path), path)).toString('base64'),
};

function evaluate(condition: TemplateValue, scope: Scope, path: string, asked: readonly string[]): boolean {
  const call = condition && typeof condition === 'object' && !Array.isArray(condition) ? Object.entries(condition) : [];
  const [name, argument] = call[0] ?? ['nothing', null];
  const each = (): boolean[] => list(argument, path).map((item, i) => evaluate(item, scope, `${path}[${i}]`, asked));
  switch (name) {
    case 'Fn::Equals': {
      const [left, right] = list(argument, path, 2).map((item) => JSON.stringify(resolve(item, scope, path)));
      return left === right;
    }
    case 'Fn::And':
      return each().every(Boolean);
    case 'Fn::Or':
      return each().some(Boolean);
    case 'Fn::Not':
      return !each()[0];
    case 'Condition':
      return conditionHolds(text(argument, path), scope, path, asked);
    default:
      throw new TemplateError(path, `a condition can't be made of ${name}`);
  }
}

function reference(name: string, scope: Scope, path: string): Resolved {
  if (name.startsWith('AWS::')) return pseudoParameter(name, scope, path);
  const parameter = scope.template.Parameters?.[name];
  if (parameter) return parameterValue(name, parameter, scope, path);
  return made(name, scope, path).ref;
}

function pseudoParameter(name: string, scope: Scope, path: string): Resolved {
  const answer = PSEUDO_PARAMETERS[name];
  if (!answer) throw new TemplateError(path, `the pseudo parameter ${name} is not supported`);
  return answer(scope);
}

/** Parameters that live in SSM (as the CDK's BootstrapVersion) have no value here; it matters only when one is asked for. */
function parameterValue(
  name: string,
  parameter: { Type: string; Default?: TemplateValue },
  scope: Scope,
  path: string,
): Resolved {
  if (parameter.Type.startsWith('AWS::SSM::') && scope.parameters[name] === undefined) {
    throw new TemplateError(
      path,
      `the parameter ${name} stands in the SSM parameter store, which is not supported here`,
    );
  }
  const value = scope.parameters[name] ?? parameter.Default;
  if (value === undefined || value === null) throw new TemplateError(path, `the parameter ${name} has no value`);
  const isList = parameter.Type === 'CommaDelimitedList' || parameter.Type.startsWith('List<');
  return isList
    ? String(value)
        .split(',')
        .map((item) => item.trim())
    : String(value);
}

function attribute(argument: TemplateValue, scope: Scope, path: string): string {
  const { logicalId, attributeName } = splitAttribute(argument);
  const { attributes } = made(logicalId, scope, path);
  const value = attributes[attributeName];
  if (value !== undefined) return value;
  const known = Object.keys(attributes).join(', ') || 'none';
  throw new TemplateError(path, `${logicalId} has no attribute ${attributeName} (known: ${known})`);
}

function substitute(argument: TemplateValue, scope: Scope, path: string): string {
  const [template, variables] = Array.isArray(argument) ? list(argument, path, 2) : [argument, {}];
  const own = (resolve(variables!, scope, path) ?? {}) as { [name: string]: TemplateValue };
  return text(template!, path).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, token: string) => {
    if (literal) return `\${${token}}`;
    const name = token.trim();
    if (own[name] !== undefined) return text(own[name], path);
    return name.startsWith('AWS::') || !name.includes('.')
      ? text(reference(name, scope, path), path)
      : attribute(name, scope, path);
  });
}

function made(logicalId: string, scope: Scope, path: string): ResourceAnswers {
  const answers = scope.resources.get(logicalId);
  if (!answers) throw new TemplateError(path, `there is no parameter or resource ${logicalId} here`);
  return answers;
}

/** The one intrinsic an object consists of, if it is one; a function beside other keys is a mistake of the template. */
function intrinsicOf(value: { [name: string]: TemplateValue }, path: string) {
  const names = Object.keys(value);
  const name = names.find((key) => key === 'Ref' || key.startsWith('Fn::'));
  if (name === undefined) return undefined;
  if (names.length > 1) throw new TemplateError(path, `${name} must stand alone, not beside other keys`);
  return { name, argument: value[name]! };
}

/** `A.B`, or `[A, B]`, as Fn::GetAtt takes it. */
export function splitAttribute(argument: TemplateValue): { logicalId: string; attributeName: string } {
  const [logicalId, ...rest] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
  return { logicalId: logicalId ?? '', attributeName: rest.join('.') };
}

function list(value: TemplateValue, path: string, length?: number): TemplateValue[] {
  if (Array.isArray(value) && (length === undefined || value.length === length)) return value;
  throw new TemplateError(path, `expected a list${length === undefined ? '' : ` of ${length}`}`);
}

function text(value: Resolved, path: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(path, `expected text, found ${JSON.stringify(value) ?? 'AWS::NoValue'}`);
}

function texts(value: Resolved, path: string): string[] {
  if (!Array.isArray(value)) throw new TemplateError(path, 'expected a list of texts');
  return value.map((item) => text(item, path));
}
