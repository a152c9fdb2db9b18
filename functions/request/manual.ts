/** Reads `{ "key": … }` and `{ "keys": […] }`, which a person or the relay itself sends. */
import * as z from 'zod/mini';
import { bucketOf, type Reading, type Sources } from '../core/route.ts';
import { askedObject } from './asked-object.ts';
import { badEvent, didYouMean, parseShape } from './bad-event.ts';
import type { RelayRequest } from './relay-request.ts';

const EXPECTED = '{ "key": "…" } or { "keys": ["…"] }, optionally with "route"';

const key = z.string('must be a text').check(z.minLength(1, 'must not be empty'));
const route = z.optional(z.string('must be a text').check(z.minLength(1, 'must not be empty')));
const keySchema = z.strictObject({ key, route, attempts: z.optional(z.number()) });
const listSchema = z.strictObject({
  keys: z.array(z.unknown(), 'must be a list of texts').check(z.minLength(1, 'must not be empty')),
  route,
});

export function isManualEvent(value: unknown): value is object {
  return typeof value === 'object' && value !== null && (Object.hasOwn(value, 'key') || Object.hasOwn(value, 'keys'));
}

/** What may be wrong with an event that is none, for its message: a misspelt "key" or "keys". */
export function misspeltIn(value: unknown): string {
  const fields = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const hints = fields.flatMap((field) => {
    const hint = didYouMean(field, ['key', 'keys']);
    return hint === '' ? [] : ` (field "${field}" is not known${hint})`;
  });
  return hints[0] ?? '';
}

/** One of the keys of an event, and where it stands there. */
export interface SingleKey {
  event: unknown;
  path: readonly PropertyKey[];
}

/** One event for each key; equal keys are one. The keys are not checked. Without a proper list of keys it is the event itself. */
export function singleKeys(value: unknown): SingleKey[] {
  const list = listSchema.safeParse(value).data;
  if (list === undefined) return [{ event: value, path: [] }];
  const { keys, ...rest } = list;
  return [...new Set(keys)].map((each) => ({ event: { ...rest, key: each }, path: ['keys', keys.indexOf(each)] }));
}

/**
 * Both have an optional `"route"`. Keys are not encoded; they are keys of the bucket that the route reads.
 * @param path where the key stands in the event of which this is a part: see `singleKeys`
 * @throws RelayError `BadEvent`, `KeyTooLong`, `UnknownRoute`
 */
export function parseManualEvent(
  event: unknown,
  sources: Sources<Reading>,
  path: readonly PropertyKey[] = [],
): RelayRequest[] {
  const value = event as object;
  if (Object.hasOwn(value, 'key') && Object.hasOwn(value, 'keys'))
    throw badEvent(`${EXPECTED} (fields "key" and "keys": there must be one of them)`, value);
  if (Object.hasOwn(value, 'keys')) {
    parseShape(listSchema, value, EXPECTED);
    return singleKeys(value).flatMap((each) => parseManualEvent(each.event, sources, each.path));
  }
  if (path.length > 0) parseShape(key, (value as { key?: unknown }).key, EXPECTED, { within: path });
  const asked = parseShape(keySchema, value, EXPECTED);
  const bucket = bucketOf(sources, asked.route);
  return [
    {
      source: askedObject(bucket, asked.key),
      ...(asked.route !== undefined && { routeName: asked.route }),
      ...(asked.attempts !== undefined && { attempts: asked.attempts }),
    },
  ];
}
