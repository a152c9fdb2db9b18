/** Turns what the schema found into one sentence that names the field. */
import type * as z from 'zod';
import { nearest } from './nearest.ts';
import { ConfigError, refusal } from './refusal.ts';

/** What a field must be, for people: where the schema has no words of its own. */
const KINDS: Record<string, string> = {
  string: 'must be a text, in quotes',
  number: 'must be a number, without quotes',
  int: 'must be a whole number, without quotes',
  boolean: 'must be true or false, without quotes',
  object: 'must be an object: {…}',
  record: 'must be an object: {…}',
  array: 'must be a list: […]',
};

/** The words for an issue, where the schema has none: the error map of the parse. */
export function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return adviceFor(issue.keys[0]!, issue.inst);
    case 'invalid_type':
      return KINDS[issue.expected];
    case 'too_small':
      return `must be at least ${issue.minimum.toLocaleString('en')}`;
    case 'too_big':
      return `must be at most ${issue.maximum.toLocaleString('en')}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    default:
      return undefined;
  }
}

/**
 * The sentence for what the schema found. A field that isn't known comes first: it explains the one that is missing.
 * @param value the whole context `relay`
 */
export function explainIssues(issues: readonly z.core.$ZodIssue[], value: unknown): ConfigError {
  const all = issues.flatMap(closerLook);
  const issue = all.find(({ code }) => code === 'unrecognized_keys') ?? all[0]!;
  if (issue.code === 'unrecognized_keys') {
    const field = ['relay', ...issue.path, issue.keys[0]].join('.');
    return new ConfigError(`cdk.json: field "${field}" is not known; ${issue.message}`);
  }
  const found = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  return refusal(['relay', ...issue.path].join('.'), found, issue.message);
}

/** Of a field that may be something else than an object: what is wrong within the object that it is. */
function closerLook(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const within = (each: z.core.$ZodIssue) => each.path.length > 0 || each.code === 'unrecognized_keys';
  const meant = issue.errors.find((branch) => branch.every(within));
  return meant?.map((each) => ({ ...each, path: [...issue.path, ...each.path] })) ?? [issue];
}

/** @param inst the schema that doesn't know the key */
function adviceFor(key: string, inst: unknown): string {
  const shape = shapeOf(inst);
  const home = Object.keys(shape).find((name) => key in shapeOf(shape[name]));
  if (home !== undefined) return `it belongs into "${home}".`;
  const meant = nearest(key, Object.keys(shape));
  return meant === undefined ? 'look for a typing error, or remove it.' : `did you mean "${meant}"?`;
}

/** The fields that a schema knows, whether or not it has a default. */
function shapeOf(schema: unknown): Record<string, unknown> {
  const def = (schema as z.core.$ZodType | undefined)?._zod?.def as { shape?: object; innerType?: unknown } | undefined;
  if (def?.innerType !== undefined) return shapeOf(def.innerType);
  return { ...def?.shape };
}
