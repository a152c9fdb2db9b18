/** Decides which objects a replay is about. Pure. */
import { RelayError } from '../core/errors.ts';
import { isReserved } from '../core/reserved-keys.ts';
import { bucketOf, commonStart, type ListedRoute, namesOf, type Sources, takes } from '../core/route.ts';
import type { ReplayRequest } from '../request/replay-request.ts';
import type { ListedObject, Listing } from './list-page.ts';

/** The ETag of a multipart upload: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html */
const IN_PARTS = /-\d+"?$/;
/**
 * S3 dates a multipart upload from its beginning (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html). It does not tell
 * when the upload ended, and does not limit how long it takes. AWS advises lifecycle rules that abort uploads after a week; a
 * source bucket made by the stack aborts them after a day.
 */
const LONGEST_UPLOAD_MS = 7 * 86_400_000;

/** Which objects a replay is about. No prefix means that no route takes any of them. */
export interface Scope extends Listing {
  routes: readonly ListedRoute[];
  /** Milliseconds since the epoch: at or after `since`, and before `until`. A multipart upload may have taken a week. */
  since: number;
  until: number;
}

/** What a replay or an audit is asked for. */
export type Asked = Pick<ReplayRequest, 'prefix' | 'since' | 'until' | 'route'>;

/**
 * A replay is about one bucket: that of the named route, otherwise the relay's own.
 * @throws RelayError `UnknownRoute`
 */
export function scopeOf({ prefix, since, until, route }: Asked, sources: Sources): Scope {
  const { routes } = sources;
  const asked = routes.filter(({ name, pull }) => (route === undefined ? !pull : name === route));
  const bucket = bucketOf(sources, route);
  if (asked.length === 0) {
    throw new RelayError({
      code: 'UnknownRoute',
      message: `There is no route "${route}"; the routes are ${namesOf(routes)}.`,
      retryable: false,
    });
  }
  const possible = asked.flatMap((each) => {
    const both = narrower(each.filter.prefix, prefix);
    return both === undefined ? [] : [{ ...each, filter: { ...each.filter, prefix: both } }];
  });
  const prefixes = possible.map(({ filter }) => filter.prefix);
  return {
    bucket,
    pulling: asked.find(({ pull }) => pull),
    prefix: prefixes.length === 0 ? undefined : prefixes.reduce(commonStart),
    routes: possible,
    since: since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since),
    until: until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until),
  };
}

/** The names of the routes along which an object is sent. Keys of a relay's own are no uploads: a bucket that is pulled may have a relay, too. */
export function routesOf({ routes, since, until }: Scope, { key, eTag, lastModified }: ListedObject): string[] {
  if (isReserved(key)) return [];
  const begun = lastModified.getTime();
  const ended = IN_PARTS.test(eTag) ? begun + LONGEST_UPLOAD_MS : begun;
  if (ended < since || begun >= until) return [];
  return routes.filter(({ filter }) => takes(filter, key)).map(({ name }) => name);
}

/** Keys that start with both prefixes start with the longer one; undefined when no key can. */
function narrower(one: string, other: string): string | undefined {
  if (one.startsWith(other)) return one;
  return other.startsWith(one) ? other : undefined;
}
