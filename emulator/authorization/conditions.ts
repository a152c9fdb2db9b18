/** The Condition element: its operators, and whether a request meets it. */
import { BlockList, isIP } from 'node:net';
import { type ConditionBlock, listOf } from '../core/policy-document.ts';
import type { Context } from './context.ts';
import { matchesArn, matchesPattern, substitute, type Variables } from './match.ts';

type Test = (actual: string) => boolean | undefined;
/** Makes the test for one value of the policy; undefined when the value makes no sense for this operator. */
type Operator = (expected: string, variables: Variables) => Test | undefined;

/** `unknown`: something in the condition can't be judged, so an Allow must not and a Deny must apply. */
export type ConditionResult = 'holds' | 'fails' | 'unknown';

const POSITIVE: Record<string, Operator> = {
  StringEquals: text((actual, expected) => actual === expected),
  StringEqualsIgnoreCase: text((actual, expected) => actual.toLowerCase() === expected.toLowerCase()),
  StringLike: (expected, variables) => (actual) => matchesPattern(expected, actual, variables),
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
  ArnEquals: (expected, variables) => (actual) => matchesArn(expected, actual, variables),
  ArnLike: (expected, variables) => (actual) => matchesArn(expected, actual, variables),
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
  let resolvable = true;
  const holds = (value: string): boolean => {
    const matches = tests.map((test) => test(value));
    if (matches.includes(undefined)) resolvable = false;
    return matches.includes(true) !== negated;
  };
  const every = set === 'ForAllValues' || (set === undefined && negated);
  const outcome = every ? actual.every(holds) : actual.some(holds);
  return verdict(resolvable && outcome);
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
    return (actual) => (value === undefined ? undefined : compare(actual, value));
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

/** Milliseconds since the epoch of an ISO 8601 date or of seconds since the epoch. */
function parseDate(value: string): number {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  return /^\d{4}-\d{2}(-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?)?$/.test(value) ? Date.parse(value) : Number.NaN;
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
