/** Looks into the schema: the fields of an object, what a list holds, what stands at a path. Pure. */
import type * as z from 'zod';

export type Schema = z.core.$ZodType;

/** As much of a schema's definition as is looked at here. */
interface Definition {
  type: string;
  innerType?: Schema;
  shape?: Record<string, Schema>;
  element?: Schema;
  options?: Schema[];
  keyType?: Schema;
  valueType?: Schema;
  entries?: Record<string, string>;
  values?: unknown[];
  defaultValue?: unknown;
}

export function definitionOf(schema: Schema): Definition {
  return schema._zod.def as unknown as Definition;
}

/** Without the wrappers that say what happens if it is missing. */
export function unwrapped(schema: Schema): Schema {
  const { innerType } = definitionOf(schema);
  return innerType === undefined ? schema : unwrapped(innerType);
}

/** The fields that may stand there, if an object may. */
export function fieldsOf(schema: Schema | undefined): Record<string, Schema> {
  if (schema === undefined) return {};
  const { shape, options = [], keyType, valueType } = definitionOf(unwrapped(schema));
  if (shape !== undefined) return shape;
  if (keyType !== undefined && valueType !== undefined) {
    return Object.fromEntries(valuesOf(keyType).map((key) => [key, valueType]));
  }
  return Object.assign({}, ...options.map(fieldsOf));
}

/** What each entry of a list may be, if a list may stand there. */
export function entryOf(schema: Schema | undefined): Schema | undefined {
  return schema && definitionOf(unwrapped(schema)).element;
}

/** Of an enumeration. */
export function valuesOf(schema: Schema): string[] {
  return Object.values(definitionOf(schema).entries ?? {});
}

/** What may stand at a path. */
export function schemaAt(schema: Schema | undefined, [key, ...rest]: readonly PropertyKey[]): Schema | undefined {
  if (key === undefined || schema === undefined) return schema;
  const fields = fieldsOf(schema);
  const next = Object.hasOwn(fields, key) ? fields[String(key)] : entryOf(schema);
  return schemaAt(next, rest);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
