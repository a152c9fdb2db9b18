/** The lists that IAM's operations take, and those that they give in pages. */
import { z } from 'zod';
import { ApiError } from '../../../core/api.ts';
import { readForm } from '../../../protocols/query-form.ts';
import type { XmlNode } from '../../../protocols/xml.ts';
import type { Tag } from '../state/tags.ts';
import { type ListName, violated } from './parameters.ts';

const tag = z.strictObject({ Key: z.string(), Value: z.string() });
/** A list without members is sent as its bare name. */
const list = <T extends z.ZodType>(member: T) => z.preprocess((value) => (value === '' ? [] : value), z.array(member));
const shape = z.object({ Tags: list(tag).optional(), TagKeys: list(z.string()).optional() });

export interface Lists {
  tags: Tag[];
  tagKeys: string[];
}

/** @param needs those that must be given @throws ApiError `ValidationError` (400) */
export function readLists(action: string, parameters: URLSearchParams, needs: readonly ListName[]): Lists {
  const given = readForm(action, parameters, shape);
  for (const name of needs) if (given[name] === undefined) throw violated(name, 'null', 'Member must not be null');
  return { tags: given.Tags ?? [], tagKeys: given.TagKeys ?? [] };
}

const DEFAULT_MAX_ITEMS = 100;

interface Page<T> {
  members: T[];
  /** What comes after the members in the answer. */
  rest: { IsTruncated: boolean; Marker: string | undefined };
}

/**
 * What is asked for of a list, in the order of the members' keys. A marker stands for the last key of the page before, so nothing is
 * missed or comes twice when the list changes between two pages.
 * @throws ApiError `ValidationError` (400) for a marker that no answer has given
 */
export function page<T>(
  list: readonly T[],
  keyOf: (member: T) => string,
  { MaxItems, Marker }: { MaxItems?: string; Marker?: string },
): Page<T> {
  const after = Marker === undefined ? undefined : keyOfMarker(Marker);
  const sorted = list.toSorted((a, b) => compare(keyOf(a), keyOf(b)));
  const remaining = after === undefined ? sorted : sorted.filter((each) => compare(keyOf(each), after) > 0);
  const members = remaining.slice(0, Number(MaxItems ?? DEFAULT_MAX_ITEMS));
  const IsTruncated = members.length < remaining.length;
  return { members, rest: { IsTruncated, Marker: IsTruncated ? markerOf(keyOf(members.at(-1)!)) : undefined } };
}

/** A page as the result of an operation. */
export function pageOf<T>(
  name: string,
  list: readonly T[],
  keyOf: (member: T) => string,
  input: { MaxItems?: string; Marker?: string },
  element: (member: T) => XmlNode,
): XmlNode {
  const { members, rest } = page(list, keyOf, input);
  return { [name]: { member: members.map(element) }, ...rest };
}

/** Sets it apart from any other text. */
const MARKED = 'after ';

function markerOf(key: string): string {
  return Buffer.from(MARKED + key).toString('base64');
}

function keyOfMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64').toString();
  if (text.startsWith(MARKED)) return text.slice(MARKED.length);
  throw new ApiError('ValidationError', 400, `Invalid Marker: ${marker}`);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
