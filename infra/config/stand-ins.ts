/** Puts something valid in the place of what isn't, so that the rules can judge the rest. */
import * as z from 'zod';
import { closerLook } from './explain-issue.ts';
import { definitionOf, type Schema, schemaAt, unwrapped, valuesOf } from './schema-parts.ts';

/** The two ways to fill a gap. What is wrong either way is wrong because of something else. */
export const VARIANTS = [0, 1] as const;
export type Variant = (typeof VARIANTS)[number];

/** Each round may lay open what was hidden by a mistake above it. */
const MOST_ROUNDS = 5;

/**
 * The value with something valid wherever the schema finds a mistake.
 * @returns undefined if that doesn't succeed
 */
export function filledIn<S extends z.ZodType>(schema: S, value: unknown, variant: Variant): z.output<S> | undefined {
  let filled = value;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { success, data, error } = schema.safeParse(filled);
    if (success) return data;
    for (const { path } of closerLook(error.issues)) {
      filled = withValue(filled, path, standIn(schemaAt(schema, path), variant));
    }
  }
  return undefined;
}

/** A changed copy; undefined takes the field away. */
export function withValue(value: unknown, [key, ...rest]: readonly PropertyKey[], put: unknown): unknown {
  if (key === undefined) return put;
  if (Array.isArray(value)) return value.map((each, index) => (index === key ? withValue(each, rest, put) : each));
  const { [key as string]: old, ...others } = value as Record<string, unknown>;
  const now = withValue(old, rest, put);
  return now === undefined ? others : { ...others, [key]: now };
}

/** Variant 0 leaves out what can be left out; variant 1 says something else than the default. */
function standIn(schema: Schema | undefined, variant: Variant): unknown {
  if (schema === undefined) return undefined;
  const { type, innerType, shape, element, options, defaultValue } = definitionOf(schema);
  if (innerType !== undefined) {
    if (variant === 0) return undefined;
    return definitionOf(unwrapped(innerType)).type === 'boolean' ? defaultValue !== true : standIn(innerType, 1);
  }
  if (shape !== undefined) {
    const fields = Object.entries(shape).map(([name, field]) => [name, standIn(field, variant)] as const);
    return Object.fromEntries(fields.filter(([, each]) => each !== undefined));
  }
  if (element !== undefined) return [standIn(element, variant)];
  if (type === 'union') return standIn(options![0], variant);
  if (type === 'literal') return definitionOf(schema).values![0];
  if (type === 'enum') return valuesOf(schema).at(-variant);
  if (type === 'number') return leastOf(schema);
  return (z.globalRegistry.get(schema)?.['examples'] as unknown[] | undefined)?.at(-variant);
}

function leastOf(schema: Schema): unknown {
  const { minimum, exclusiveMinimum, maximum } = schema._zod.bag as Record<string, unknown>;
  return exclusiveMinimum === undefined ? minimum : maximum;
}
