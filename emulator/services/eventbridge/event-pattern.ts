/** EventBridge's event patterns (EventBridge User Guide, "Creating event patterns" and "Comparison operators"). */
import { ApiError } from '../../core/api.ts';

/** Fields to lists of values and operators, nested as the event is; `$or` holds a list of patterns. */
export type EventPattern = { [field: string]: unknown };
export type EventMatcher = (event: object) => boolean;

type Test = (value: unknown) => boolean;

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Checks a pattern once and returns what decides about events.
 * @throws ApiError InvalidEventPatternException naming the field and the operator that isn't known
 */
export function compilePattern(pattern: EventPattern): EventMatcher {
  return compileObject(pattern, '');
}

function compileObject(pattern: unknown, path: string): Test {
  if (!isObject(pattern)) throw invalid(path, 'expected an object');
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw invalid(path, 'an empty object is not allowed');
  const tests = fields.map(([field, condition]) => {
    return field === '$or' ? compileAlternatives(condition, path) : compileField(field, condition, `${path}.${field}`);
  });
  return (value) => tests.every((test) => test(value));
}

function compileAlternatives(patterns: unknown, path: string): Test {
  if (!Array.isArray(patterns) || patterns.length < 2)
    throw invalid(`${path}.$or`, 'expected a list of two or more patterns');
  const tests = patterns.map((pattern, index) => compileObject(pattern, `${path}.$or[${index}]`));
  return (value) => tests.some((test) => test(value));
}

function compileField(field: string, condition: unknown, path: string): Test {
  if (Array.isArray(condition)) {
    if (condition.length === 0) throw invalid(path, 'an empty list is not allowed');
    const tests = condition.map((item) => compileCondition(item, path));
    return (parent) => {
      const leaves = leavesOf(valueAt(parent, field));
      return tests.some((test) => test(leaves));
    };
  }
  const nested = compileObject(condition, path);
  return (parent) => {
    const value = valueAt(parent, field);
    // In a list of objects, one that satisfies the whole nested pattern is enough; an absent object may still satisfy `exists: false`.
    return Array.isArray(value) ? value.some(nested) : nested(value);
  };
}

function valueAt(parent: unknown, field: string): unknown {
  return isObject(parent) && Object.hasOwn(parent, field) ? parent[field] : undefined;
}

/** What conditions look at: operators work on leaves only, and of a list each element counts. */
function leavesOf(value: unknown): unknown[] {
  const values = Array.isArray(value) ? value : [value];
  return values.filter((item) => item !== undefined && !isObject(item));
}

/** A condition sees all leaves of a field at once: `exists: false` is about their absence. */
function compileCondition(condition: unknown, path: string): (leaves: unknown[]) => boolean {
  if (!isObject(condition)) return any(literal(condition, path));
  const [operator, operand] = onlyEntry(condition, path);
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw invalid(path, 'exists takes true or false');
    return (leaves) => leaves.length > 0 === operand;
  }
  if (operator === 'numeric') return any(numeric(operand, path));
  if (operator === 'anything-but') return any(anythingBut(operand, path));
  return any(textOperator(operator, operand, path));
}

function any(test: Test): (leaves: unknown[]) => boolean {
  return (leaves) => leaves.some(test);
}

function literal(expected: unknown, path: string): Test {
  if (expected !== null && !['string', 'number', 'boolean'].includes(typeof expected)) {
    throw invalid(path, `${JSON.stringify(expected)} is neither a value nor an operator`);
  }
  return (value) => value === expected;
}

function anythingBut(operand: unknown, path: string): Test {
  if (isObject(operand)) {
    const [operator, excluded] = onlyEntry(operand, path);
    const tests = listOf(excluded).map((item) => textOperator(operator, item, path));
    return (value) => !tests.some((test) => test(value));
  }
  const excluded = listOf(operand);
  if (excluded.length === 0 || !excluded.every((item) => isText(item) || typeof item === 'number')) {
    throw invalid(path, 'anything-but takes text, numbers or an operator');
  }
  return (value) => !excluded.some((item) => item === value);
}

function textOperator(operator: string, operand: unknown, path: string): Test {
  if ((operator === 'prefix' || operator === 'suffix') && isObject(operand)) {
    const [option, text] = onlyEntry(operand, path);
    if (option !== 'equals-ignore-case' || !isText(text))
      throw invalid(path, `Unrecognized match type ${option} in ${operator}`);
    const plain = textOperator(operator, text.toLowerCase(), path);
    return (value) => isText(value) && plain(value.toLowerCase());
  }
  if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(operator)) {
    throw invalid(path, `Unrecognized match type ${operator}`);
  }
  if (!isText(operand)) throw invalid(path, `${operator} takes text`);
  if (operator === 'prefix') return (value) => isText(value) && value.startsWith(operand);
  if (operator === 'suffix') return (value) => isText(value) && value.endsWith(operand);
  if (operator === 'wildcard') {
    const expression = wildcardExpression(operand, path);
    return (value) => isText(value) && expression.test(value);
  }
  return (value) => isText(value) && value.toLowerCase() === operand.toLowerCase();
}

/** `*` stands for any characters; `\*` and `\\` for themselves. Consecutive stars are refused, as EventBridge does. */
function wildcardExpression(text: string, path: string): RegExp {
  const tokens = text.match(/\\[\s\S]?|[\s\S]/g) ?? [];
  const parts = tokens.map((token, index) => {
    if (token === '*' && tokens[index - 1] === '*') throw invalid(path, 'wildcard: consecutive * are not allowed');
    if (token === '*') return '[\\s\\S]*';
    if (token.startsWith('\\') && token !== '\\*' && token !== '\\\\') {
      throw invalid(path, `wildcard: unknown escape ${token}`);
    }
    return (token.length > 1 ? token.slice(1) : token).replace(/[.+?^${}()|[\]\\*]/, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`);
}

const COMPARISONS: Record<string, (value: number, limit: number) => boolean> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

function numeric(operand: unknown, path: string): Test {
  const items = listOf(operand);
  if (items.length !== 2 && items.length !== 4)
    throw invalid(path, 'numeric takes one or two pairs of comparison and number');
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < items.length; index += 2) {
    const compare = COMPARISONS[String(items[index])];
    const limit = items[index + 1];
    if (!compare) throw invalid(path, `Unrecognized numeric range operator ${String(items[index])}`);
    if (typeof limit !== 'number') throw invalid(path, `numeric compares with a number, not ${JSON.stringify(limit)}`);
    tests.push((value) => compare(value, limit));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function onlyEntry(operator: Record<string, unknown>, path: string): [string, unknown] {
  const entries = Object.entries(operator);
  if (entries.length !== 1) throw invalid(path, `expected one operator, found ${JSON.stringify(operator)}`);
  return entries[0]!;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function invalid(path: string, reason: string): ApiError {
  const where = path === '' ? 'the pattern' : path.slice(1);
  return new ApiError('InvalidEventPatternException', 400, `Event pattern is not valid. Reason: ${reason} at ${where}`);
}
