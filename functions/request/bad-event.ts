/** Checks what comes in against a schema, and says what was expected where it does not fit. */
import type * as z from 'zod/mini';
import { RelayError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';

const SHOWN_CHARACTERS = 200;
/** What zod says where the schema has no words of its own. */
const NO_WORDS = /^(?:Invalid (?:input|option)|Too (?:small|big))/;
const NOUNS: Record<string, string> = { string: 'a text', number: 'a number', array: 'a list', object: 'an object' };

/** A permanent failure that says what was expected and what came instead. */
export function badEvent(expected: string, got: unknown, cause?: unknown): RelayError {
  return new RelayError({
    code: 'BadEvent',
    message: `Expected ${expected}; got ${excerpt(got)}.`,
    retryable: false,
    operation: 'parse',
    cause,
  });
}

interface Where {
  within?: readonly PropertyKey[];
  besides?: readonly string[];
}

/**
 * Checks a value against a schema.
 * @param where.within where the value stands in the event, if it is not all of it
 * @param where.besides fields of other events, which a misspelt field may have been meant to be
 * @throws RelayError `BadEvent`, naming the field and its value
 */
export function parseShape<T extends z.ZodMiniType>(
  schema: T,
  value: unknown,
  expected: string,
  where: Where = {},
): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badEvent(`${expected}${issue ? fieldOf(schema, issue, value, where) : ''}`, value);
}

function fieldOf(
  schema: z.ZodMiniType,
  issue: z.core.$ZodIssue,
  value: unknown,
  { within = [], besides = [] }: Where,
): string {
  const name = (...path: PropertyKey[]) => `field "${[...within, ...path].map(String).join('.')}"`;
  if (issue.code === 'unrecognized_keys') {
    const [unknown] = issue.keys;
    return ` (${name(...issue.path, unknown!)} is not known${didYouMean(unknown!, [...fieldsAt(schema, issue.path), ...besides])})`;
  }
  if (issue.path.length === 0 && within.length === 0) return '';
  const found = issue.path.reduce<unknown>((each, key) => (each as Record<PropertyKey, unknown>)?.[key], value);
  if (found === undefined) return ` (${name(...issue.path)} is missing)`;
  return ` (${name(...issue.path)}: ${wordsOf(issue)}; it is ${excerpt(found)})`;
}

function wordsOf(issue: z.core.$ZodIssue): string {
  if (!NO_WORDS.test(issue.message)) return issue.message;
  if (issue.code === 'too_small') return 'must not be empty';
  if (issue.code === 'invalid_type') return `must be ${NOUNS[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `must be ${issue.values.map((each) => JSON.stringify(each)).join(' or ')}`;
  return 'is wrong';
}

/** For an unknown field: the one that it may have been meant to be. Pure. */
export function didYouMean(field: string, known: readonly string[]): string {
  const near = nearest(field, known);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** The fields that an object may have at this place of a schema. */
function fieldsAt(schema: z.ZodMiniType, path: readonly PropertyKey[]): string[] {
  const { innerType, shape } = schema.def as { innerType?: z.ZodMiniType; shape?: Record<string, z.ZodMiniType> };
  if (innerType) return fieldsAt(innerType, path);
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(shape ?? {});
  const next = shape?.[String(first)];
  return next ? fieldsAt(next, rest) : [];
}

export function excerpt(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters)` : text;
}
