/** Says in our own words what the schema found. */
import type * as z from 'zod';
import { didYouMean } from './did-you-mean.ts';
import { isWhat, type Mistake, sentence } from './mistakes.ts';
import { isObject } from './schema-parts.ts';

/** What a field must be, for people: where the schema has no words of its own. */
const KINDS: Record<string, string> = {
  string: 'must be a text, in quotes',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
  object: 'must be an object: {…}',
  record: 'must be an object: {…}',
  array: 'must be a list: […]',
};
/** Texts that would be right if they had no quotes. */
const IN_QUOTES: Record<string, RegExp> = {
  number: /^\s*-?\d+(\.\d+)?\s*$/,
  int: /^\s*-?\d+(\.\d+)?\s*$/,
  boolean: /^\s*(true|false)\s*$/i,
};

/** The words for an issue, where the schema has none: the error map of the parse. */
export function wordsFor(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return kindOf(issue.expected, issue.input);
    case 'too_small':
      return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum.toLocaleString('en')}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum.toLocaleString('en')}${unitOf(issue.origin)}`;
    case 'invalid_value': {
      const values = issue.values.map((value) => JSON.stringify(value)).join(', ');
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${values}${didYouMean(issue.input, issue.values)}`;
    }
    default:
      return 'is nothing that can stand here; docs/configuration.md says what can';
  }
}

function kindOf(expected: string, input: unknown): string {
  const quoted = typeof input === 'string' && IN_QUOTES[expected]?.test(input);
  return `${KINDS[expected] ?? 'must be something else; docs/configuration.md says what'}${quoted ? ', without quotes' : ''}`;
}

/** What is counted, where it isn't a number itself. */
function unitOf(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' entries long' : '';
}

/** @param value the whole context `relay` */
export function explainIssues(issues: readonly z.core.$ZodIssue[], value: unknown): Mistake[] {
  return closerLook(issues).map(({ path, message }) => ({
    path,
    sentence: sentence(['relay', ...path].join('.'), `${isWhat(valueAt(value, path))}: ${message}`),
  }));
}

/** Of a field that may be something else than an object: what is wrong within the object that it is. */
export function closerLook(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union') return [issue];
    const meant = issue.errors.find((branch) => branch.every(({ path }) => path.length > 0));
    return meant?.map((each) => ({ ...each, path: [...issue.path, ...each.path] })) ?? [issue];
  });
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => ((isObject(at) || Array.isArray(at)) && Object.hasOwn(at, key) ? at[key as never] : undefined),
    value,
  );
}
