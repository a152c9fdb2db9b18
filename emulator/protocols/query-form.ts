/** The parameters of the query protocol as one value: `Tags.member.1.Key=a` becomes `{ Tags: [{ Key: 'a' }] }`. */
import { z } from 'zod';
import { ApiError } from '../core/api.ts';
import { parameterNames } from './query.ts';

export type FormTree = { [name: string]: string | FormTree };
type FormValue = string | FormValue[] | { [name: string]: FormValue };

/** A list without members is sent as its bare name. @throws ApiError `ValidationError` (400) naming what isn't known or doesn't fit */
export function readForm<S extends z.ZodType>(action: string, parameters: URLSearchParams, shape: S): z.output<S> {
  const parsed = shape.safeParse(listsOf(formTree(parameters)));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new ApiError('ValidationError', 400, [`${action} is refused`, ...path.map(String), message].join(': '));
}

export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
/** A list that must have no members: what is asked for by it is not known here. */
export const noMembers = z.literal('', 'it is not known here').optional();

/**
 * The operation's own parameters: `A.1.B=c` becomes `{ A: { 1: { B: 'c' } } }`.
 * @throws ApiError `MalformedInput` (400) for a parameter that is given twice
 */
export function formTree(parameters: URLSearchParams): FormTree {
  const tree: FormTree = {};
  const own = new Set(parameterNames(parameters));
  for (const [name, value] of parameters) if (own.has(name)) insert(tree, name.split('.'), value);
  return tree;
}

function insert(tree: FormTree, [name = '', ...rest]: string[], value: string): void {
  const known = Object.hasOwn(tree, name) ? tree[name] : undefined;
  if (typeof known === 'string' || (known && rest.length === 0)) {
    throw new ApiError('MalformedInput', 400, `${name} is given twice.`);
  }
  if (rest.length === 0) {
    define(tree, name, value);
    return;
  }
  const child = known ?? {};
  define(tree, name, child);
  insert(child, rest, value);
}

/** Not by assignment: a parameter named `__proto__` is only a parameter. */
function define(tree: FormTree, name: string, value: string | FormTree): void {
  Object.defineProperty(tree, name, { value, enumerable: true, configurable: true, writable: true });
}

/** What holds nothing but `member` is a list, by the members' numbers. */
function listsOf(value: FormValue): FormValue {
  if (typeof value === 'string' || Array.isArray(value)) return value;
  const { member } = value;
  if (member !== undefined && Object.keys(value).length === 1 && typeof member === 'object') {
    const members = Object.entries(member).sort(([a], [b]) => Number(a) - Number(b));
    return members.map(([, each]) => listsOf(each));
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, listsOf(each)]));
}
