/** The parameters of the query protocol as one value: `Tags.member.1.Key=a` becomes `{ Tags: [{ Key: 'a' }] }`. */
import { z } from 'zod';
import { ApiError } from '../core/api.ts';
import { parameterNames } from './query.ts';

type FormValue = string | FormValue[] | { [name: string]: FormValue };

/** A list without members is sent as its bare name. @throws ApiError `ValidationError` (400) naming what isn't known or doesn't fit */
export function readForm<S extends z.ZodType>(action: string, parameters: URLSearchParams, shape: S): z.output<S> {
  const form: { [name: string]: FormValue } = {};
  for (const name of parameterNames(parameters)) place(form, name.split('.'), parameters.get(name)!);
  const parsed = shape.safeParse(listsOf(form));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new ApiError('ValidationError', 400, [`${action} is refused`, ...path.map(String), message].join(': '));
}

export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
/** A list that must have no members: what is asked for by it is not known here. */
export const noMembers = z.literal('').optional();

function place(form: { [name: string]: FormValue }, [first, ...rest]: string[], value: string): void {
  if (first === undefined || first === '__proto__') return;
  if (rest.length === 0) {
    form[first] = value;
    return;
  }
  const inner = form[first];
  const next = typeof inner === 'object' && !Array.isArray(inner) ? inner : {};
  form[first] = next;
  place(next, rest, value);
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
