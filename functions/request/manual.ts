/** Reads `{ "key": … }` and `{ "keys": […] }`, which a person or the relay itself sends. */
import * as z from 'zod/mini';
import { bucketOf, type Sources } from '../core/route.ts';
import { SourceObject } from '../core/source-object.ts';
import { parseShape } from './bad-event.ts';
import type { RelayRequest } from './relay-request.ts';

const key = z.string().check(z.minLength(1));
const manualSchema = z.union([
  z.strictObject({ key, route: z.optional(z.string()), attempts: z.optional(z.number()) }),
  z.strictObject({ keys: z.array(key).check(z.minLength(1)), route: z.optional(z.string()) }),
]);

export function isManualEvent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (Object.hasOwn(value, 'key') || Object.hasOwn(value, 'keys'));
}

const listSchema = z.strictObject({ keys: z.array(z.unknown()).check(z.minLength(1)), route: z.optional(z.string()) });

/** One event for each key; the keys are not checked. */
export function singleKeys(value: unknown): unknown[] {
  const list = listSchema.safeParse(value).data;
  if (list === undefined) return [value];
  const { keys, ...rest } = list;
  return keys.map((each) => ({ ...rest, key: each }));
}

/**
 * Both have an optional `"route"`. Keys are not encoded; they are keys of the bucket that the route reads.
 * @throws RelayError `BadEvent`, `UnknownRoute`
 */
export function parseManualEvent(value: unknown, sources: Sources): RelayRequest[] {
  const expected = '{ "key": "…" } or { "keys": ["…"] }, optionally with "route"';
  const event = parseShape(manualSchema, value, expected);
  const keys = 'keys' in event ? event.keys : [event.key];
  const bucket = bucketOf(sources, event.route);
  return keys.map((each) => ({
    source: new SourceObject(bucket, each),
    ...(event.route !== undefined && { routeName: event.route }),
    ...('attempts' in event && event.attempts !== undefined && { attempts: event.attempts }),
  }));
}
