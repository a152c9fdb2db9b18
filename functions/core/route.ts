/** What a route takes, from where, and where it puts it. Pure. */
import type * as z from 'zod/mini';
import { RelayError } from './errors.ts';
import { CHECK_FOLDER, canaryKey, isReserved, RESERVED_PREFIXES } from './reserved-keys.ts';
import type { listedRoute, route } from './route-schema.ts';
import { Destination, type SourceObject } from './source-object.ts';

export type Route = z.output<typeof route>;
export type ListedRoute = z.output<typeof listedRoute>;
export type Pull = Route['pull'] & object;
/** A route that pulls. */
export type Pulling<R extends ListedRoute = Route> = R & { pull: Pull };

/** S3's limit on keys, in bytes of UTF-8: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
export const MAX_KEY_BYTES = 1024;

/**
 * The object's place at the destination of a route. A canary goes to where the check's objects are.
 * @throws RelayError `KeyTooLong` when the prefix makes the key longer than S3 takes
 */
export function destinationOf(route: Route, source: SourceObject): Destination {
  const key = route.destination.prefix + (isReserved(source.key) ? CHECK_FOLDER : '') + source.key;
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) {
    throw new RelayError({
      code: 'KeyTooLong',
      message: `With the prefix "${route.destination.prefix}" of route "${route.name}" the key has ${bytes} bytes, and S3 takes ${MAX_KEY_BYTES}. Shorten the key or the prefix.`,
      retryable: false,
      source: `${source}`,
    });
  }
  return new Destination(route.destination.bucket, key, route.destination.account);
}

export interface Sources<R extends Reading = ListedRoute> {
  /** The relay's own bucket; none when every route pulls. */
  sourceBucket?: string | undefined;
  routes: readonly R[];
}

/** As much of a route as tells which bucket it reads. */
export interface Reading {
  name: string;
  pull?: { bucket: string } | undefined;
}

/** As much of a route as tells which objects it takes. */
interface Taking {
  name: string;
  filter: ListedRoute['filter'];
  pull?: object | undefined;
}

/**
 * The bucket that a named route reads; without a name or with an unknown one, the relay's own.
 * @throws RelayError `UnknownRoute` when the relay has no bucket of its own
 */
export function bucketOf({ sourceBucket, routes }: Sources<Reading>, routeName?: string): string {
  const bucket = routes.find(({ name }) => name === routeName)?.pull?.bucket ?? sourceBucket;
  if (bucket !== undefined) return bucket;
  throw new RelayError({
    code: 'UnknownRoute',
    message: `This relay has no bucket of its own, so the route must be named; the routes are ${namesOf(routes)}.`,
    retryable: false,
  });
}

/**
 * The routes that take an object: the named one, or all routes of the relay's own bucket whose filter lets it through, possibly none.
 * A route that pulls must be named, since its bucket sends no events.
 * @throws RelayError `UnknownRoute` when a named route does not exist or does not take this key
 */
export function routesFor<R extends Taking>(routes: readonly R[], source: SourceObject, routeName?: string): R[] {
  if (routeName === undefined) return routes.filter((route) => !route.pull && carries(route, source.key));
  const route = routes.find(({ name }) => name === routeName);
  if (!route) throw unknownRoute(source, `There is no route "${routeName}"; the routes are ${namesOf(routes)}.`);
  if (isReserved(source.key) && !carries(route, source.key)) {
    const prefixes = RESERVED_PREFIXES.map((prefix) => `"${prefix}"`).join(' or ');
    throw unknownRoute(
      source,
      `Keys that start with ${prefixes} are the relay's own: route "${routeName}" takes only "${canaryKey(routeName)}".`,
    );
  }
  if (!carries(route, source.key)) {
    const { prefix, suffix } = route.filter;
    throw unknownRoute(
      source,
      `Route "${routeName}" takes keys that start with "${prefix}" and end with "${suffix}"; "${source.key}" does not.`,
    );
  }
  return [route];
}

/** Where a route begins and ends. */
interface Ends {
  filter: { prefix: string };
  pull?: { bucket: string } | undefined;
  destination: { bucket: string; prefix: string };
}

/**
 * Finds a route whose deliveries would be relayed again: it writes to where a route reads. It ignores suffixes, because a loop costs
 * money until somebody notices, and a refusal costs nothing.
 */
export function routesIntoSources<R extends Ends>(sourceBucket: string | undefined, routes: readonly R[]): R[] {
  return routes.filter(({ destination }) =>
    routes.some(
      ({ pull, filter }) =>
        destination.bucket === (pull?.bucket ?? sourceBucket) && overlap(filter.prefix, destination.prefix),
    ),
  );
}

export function pulls<R extends ListedRoute>(route: R): route is Pulling<R> {
  return route.pull !== undefined;
}

/** For messages. */
export function namesOf(routes: readonly { name: string }[]): string {
  return routes.map(({ name }) => `"${name}"`).join(', ');
}

/** A canary goes along its own route alone, whatever the filters say. Another key that is the relay's own goes nowhere. */
function carries({ name, filter, pull }: Taking, key: string): boolean {
  return isReserved(key) ? !pull && key === canaryKey(name) : takes(filter, key);
}

/** Whether a key passes a filter. */
export function takes(filter: ListedRoute['filter'], key: string): boolean {
  return key.startsWith(filter.prefix) && key.endsWith(filter.suffix);
}

/** The common start of two texts. It is cut between characters, never within a surrogate pair, which would not be UTF-8. */
export function commonStart(a: string, b: string): string {
  const characters = [...a];
  const others = [...b];
  const end = characters.findIndex((character, index) => character !== others[index]);
  return end === -1 ? a : characters.slice(0, end).join('');
}

function overlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function unknownRoute(source: SourceObject, message: string): RelayError {
  return new RelayError({ code: 'UnknownRoute', message, retryable: false, source: `${source}` });
}
