/** The Condition element: its operators, and whether a request meets it. */
import { BlockList, isIP } from 'node:net';
import { type ConditionBlock, listOf } from '../core/policy-document.ts';
import type { Context } from './context.ts';
import { matchesArn, matchesPattern, substitute, type Variables } from './match.ts';

/** A variable that has no value matches nothing, so that a negated operator holds: `policy-vars-no-value` in the IAM User Guide. */
type Test = (actual: string) => boolean;
/** Makes the test for one value of the policy; undefined when the value makes no sense for this operator. */
type Operator = (expected: string, variables: Variables) => Test | undefined;

/** `unknown`: something in the condition can't be judged, so an Allow must not and a Deny must apply. */
export type ConditionResult = 'holds' | 'fails' | 'unknown';

const POSITIVE: Record<string, Operator> = {
  StringEquals: text((actual, expected) => actual === expected),
  StringEqualsIgnoreCase: text((actual, expected) => actual.toLowerCase() === expected.toLowerCase()),
  StringLike: (expected, variables) => (actual) => matchesPattern(expected, actual, variables) === true,
  NumericEquals: numeric((actual, expected) => actual === expected),
  NumericLessThan: numeric((actual, expected) => actual < expected),
  NumericLessThanEquals: numeric((actual, expected) => actual <= expected),
  NumericGreaterThan: numeric((actual, expected) => actual > expected),
  NumericGreaterThanEquals: numeric((actual, expected) => actual >= expected),
  DateEquals: date((actual, expected) => actual === expected),
  DateLessThan: date((actual, expected) => actual < expected),
  DateLessThanEquals: date((actual, expected) => actual <= expected),
  DateGreaterThan: date((actual, expected) => actual > expected),
  DateGreaterThanEquals: date((actual, expected) => actual >= expected),
  Bool: (expected) =>
    /^(true|false)$/i.test(expected) ? (actual) => actual.toLowerCase() === expected.toLowerCase() : undefined,
  BinaryEquals: (expected) => (actual) => actual === expected,
  IpAddress: ipAddress,
  ArnEquals: (expected, variables) => (actual) => matchesArn(expected, actual, variables) === true,
  ArnLike: (expected, variables) => (actual) => matchesArn(expected, actual, variables) === true,
};

/** They hold whenever the operator on the right doesn't, and therefore also when the key is absent. */
const NEGATED: Record<string, string> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

interface ParsedOperator {
  name: string;
  operator: Operator;
  negated: boolean;
  set: 'ForAnyValue' | 'ForAllValues' | undefined;
  ifExists: boolean;
}

export function isKnownOperator(name: string): boolean {
  return name === 'Null' || parseOperator(name) !== undefined;
}

/** Whether a policy's value makes sense for the operator. What a variable stands for shows only in a request. */
export function isValue(operator: string, value: string): boolean {
  if (operator === 'Null') return /^(true|false)$/i.test(value);
  return parseOperator(operator)?.operator(value, undefined) !== undefined;
}

/** Whether the operator compares sets, as keys with several values need it. */
export function isSetOperator(name: string): boolean {
  return parseOperator(name)?.set !== undefined;
}

/** Whether all operators and all keys hold; of a key's values one is enough. */
export function evaluateCondition(block: ConditionBlock, context: Context, variables: Variables): ConditionResult {
  let result: ConditionResult = 'holds';
  for (const [operator, keys] of Object.entries(block)) {
    for (const [key, values] of Object.entries(keys)) {
      const expected = listOf(values).map(String);
      const outcome = evaluateKey(operator, context.get(key.toLowerCase()) ?? [], expected, variables);
      if (outcome === 'unknown') return 'unknown';
      if (outcome === 'fails') result = 'fails';
    }
  }
  return result;
}

function evaluateKey(
  operator: string,
  actual: readonly string[],
  expected: string[],
  variables: Variables,
): ConditionResult {
  if (operator === 'Null') {
    if (!expected.every((value) => /^(true|false)$/i.test(value))) return 'unknown';
    return verdict(expected.some((value) => (value.toLowerCase() === 'true') === (actual.length === 0)));
  }
  const parsed = parseOperator(operator);
  if (!parsed) return 'unknown';
  const tests = expected.map((value) => parsed.operator(value, variables));
  if (!tests.every((test) => test !== undefined)) return 'unknown';
  const { negated, set, ifExists } = parsed;
  if (actual.length === 0) return verdict(ifExists || set === 'ForAllValues' || (negated && set === undefined));
  // AWS says that several values need a set operator, and not what they mean without one.
  if (actual.length > 1 && set === undefined) return 'unknown';
  const holds = (value: string): boolean => tests.some((test) => test(value)) !== negated;
  return verdict(set === 'ForAllValues' ? actual.every(holds) : actual.some(holds));
}

function verdict(holds: boolean): ConditionResult {
  return holds ? 'holds' : 'fails';
}

function parseOperator(text: string): ParsedOperator | undefined {
  const [, set, name, suffix] = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const negated = Object.hasOwn(NEGATED, name);
  const positiveName = negated ? NEGATED[name]! : name;
  if (!Object.hasOwn(POSITIVE, positiveName)) return undefined;
  const operator = POSITIVE[positiveName]!;
  return { name, operator, negated, set: set as ParsedOperator['set'], ifExists: suffix !== undefined };
}

function text(compare: (actual: string, expected: string) => boolean): Operator {
  return (expected, variables) => {
    const value = substitute(expected, variables);
    return (actual) => value !== undefined && compare(actual, value);
  };
}

function numeric(compare: (actual: number, expected: number) => boolean): Operator {
  const parse = (value: string) => (/^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN);
  return ordered(parse, compare);
}

function date(compare: (actual: number, expected: number) => boolean): Operator {
  return ordered(parseDate, compare);
}

function ordered(parse: (value: string) => number, compare: (actual: number, expected: number) => boolean): Operator {
  return (expected) => {
    const value = parse(expected);
    return Number.isNaN(value) ? undefined : (actual) => compare(parse(actual), value);
  };
}

/** A time of day has its zone: https://www.w3.org/TR/NOTE-datetime, which IAM's page names. */
const W3C_DATE = /^\d{4}-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?)?$/;

/** Milliseconds since the epoch of an ISO 8601 date or of seconds since the epoch. */
function parseDate(value: string): number {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  return W3C_DATE.test(value) ? Date.parse(value) : Number.NaN;
}

function ipAddress(expected: string): Test | undefined {
  const [address = '', prefix, ...rest] = expected.split('/');
  const family = isIP(address);
  const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
  if (family === 0 || rest.length > 0 || !/^\d+$/.test(String(bits)) || bits > (family === 4 ? 32 : 128))
    return undefined;
  const range = new BlockList();
  range.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  return (actual) => isIP(actual) === family && range.check(actual, family === 4 ? 'ipv4' : 'ipv6');
}
