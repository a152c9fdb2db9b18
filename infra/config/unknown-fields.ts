/** Finds the fields that the schema doesn't know, and what was probably meant. */

import { nearest } from '../../functions/core/nearest.ts';
import { type Mistake, sentence } from './mistakes.ts';
import { entryOf, fieldsOf, isObject, type Schema } from './schema-parts.ts';

/** What stands in cdk.json, with known fields only. */
export interface Known {
  value: unknown;
  /** One for each unknown field. */
  mistakes: Mistake[];
}

/**
 * Takes unknown fields away, or gives them the name that was probably meant, if it is free: so what is within is judged too, and nothing
 * is said to be missing that stands there with a typing error.
 */
export function knownFields(schema: Schema, value: unknown): Known {
  const mistakes: Mistake[] = [];
  return { value: corrected(schema, value, [], mistakes), mistakes };
}

function corrected(
  schema: Schema | undefined,
  value: unknown,
  path: readonly PropertyKey[],
  found: Mistake[],
): unknown {
  if (Array.isArray(value)) {
    return value.map((each, index) => corrected(entryOf(schema), each, [...path, index], found));
  }
  const fields = fieldsOf(schema);
  if (!isObject(value) || Object.keys(fields).length === 0) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, within]) => {
      const at = [...path, key];
      if (Object.hasOwn(fields, key)) return [[key, corrected(fields[key], within, at, found)]];
      const home = homeOf(key, fields);
      const meant = home === undefined ? nearest(key, Object.keys(fields)) : undefined;
      const advice =
        home ?? (meant === undefined ? 'look for a typing error, or remove it' : `did you mean "${meant}"?`);
      found.push({ path: at, sentence: sentence(['relay', ...at].join('.'), `is not known; ${advice}`) });
      if (meant === undefined || Object.hasOwn(value, meant)) return [];
      return [[meant, corrected(fields[meant], within, [...path, meant], found)]];
    }),
  );
}

/** Where a field of this name belongs, if that is one level deeper; in entries of lists, if nowhere else. */
function homeOf(key: string, fields: Record<string, Schema>): string | undefined {
  const names = Object.keys(fields);
  const homes = names.filter((name) => Object.hasOwn(fieldsOf(fields[name]), key)).map((name) => `"${name}"`);
  const lists = names.filter((name) => Object.hasOwn(fieldsOf(entryOf(fields[name])), key));
  const all = homes.length > 0 ? homes : lists.map((name) => `an entry of "${name}"`);
  return all.length === 0 ? undefined : `it belongs into ${all.join(' or ')}`;
}
