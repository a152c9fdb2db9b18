import { RelayError } from '../errors.ts';
import type { ReplayRequest } from '../request/replay-request.ts';
import { commonStart, type FilteredRoute, takes } from '../route.ts';
import type { ListedObject } from './list-page.ts';

/** Which objects a replay is about. */
export interface Scope {
  /** All of them begin so; undefined when no route takes any. */
  prefix: string | undefined;
  routes: readonly FilteredRoute[];
  /** Milliseconds since the epoch: from `since` on, and before `until`. */
  since: number;
  until: number;
}

/**
 * What a request asks for. Pure.
 * @throws RelayError `UnknownRoute`
 */
export function scopeOf({ prefix, since, until, route }: ReplayRequest, routes: readonly FilteredRoute[]): Scope {
  const asked = route === undefined ? routes : routes.filter(({ name }) => name === route);
  if (asked.length === 0) {
    const known = routes.map(({ name }) => `"${name}"`).join(', ');
    throw new RelayError({
      code: 'UnknownRoute',
      message: `There is no route "${route}"; the routes are ${known}.`,
      retryable: false,
    });
  }
  const possible = asked.flatMap((each) => {
    const both = narrower(each.filter.prefix, prefix);
    return both === undefined ? [] : [{ ...each, filter: { ...each.filter, prefix: both } }];
  });
  const prefixes = possible.map(({ filter }) => filter.prefix);
  return {
    prefix: prefixes.length === 0 ? undefined : prefixes.reduce(commonStart),
    routes: possible,
    since: since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since),
    until: until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until),
  };
}

/** The names of the routes along which an object shall go. Pure. */
export function routesOf({ routes, since, until }: Scope, { key, lastModified }: ListedObject): string[] {
  const time = lastModified.getTime();
  if (time < since || time >= until) return [];
  return routes.filter(({ filter }) => takes(filter, key)).map(({ name }) => name);
}

/** Keys that begin with both begin with the longer one, if there can be any. */
function narrower(one: string, other: string): string | undefined {
  if (one.startsWith(other)) return one;
  return other.startsWith(one) ? other : undefined;
}
