import { RelayError } from '../core/errors.ts';
import { bucketOf, commonStart, type ListedRoute, namesOf, type Sources, takes } from '../core/route.ts';
import type { ReplayRequest } from '../request/replay-request.ts';
import type { ListedObject } from './list-page.ts';

/** The ETag of an upload in parts: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html */
const IN_PARTS = /-\d+"?$/;
/**
 * S3 dates an upload in parts from its beginning (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html) and tells nobody
 * when it ended; how long it may take, it doesn't bound either. A week is what AWS advises as the age at which a lifecycle rule ends them; a
 * source bucket that the stack has made ends them after a day.
 */
const LONGEST_UPLOAD_MS = 7 * 86_400_000;

/** Which objects a replay is about. */
export interface Scope {
  bucket: string;
  /** Whose reader role lists the bucket, where it isn't the relay's own. */
  pulling: ListedRoute | undefined;
  /** All of them begin so; undefined when no route takes any. */
  prefix: string | undefined;
  routes: readonly ListedRoute[];
  /** Milliseconds since the epoch: from `since` on, and before `until`; an upload in parts may have taken a week. */
  since: number;
  until: number;
}

/**
 * What a request asks for: one bucket, that of the route named or else the relay's own. Pure.
 * @throws RelayError `UnknownRoute`
 */
export function scopeOf({ prefix, since, until, route }: ReplayRequest, sources: Sources): Scope {
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

/** The names of the routes along which an object shall go. Pure. */
export function routesOf({ routes, since, until }: Scope, { key, eTag, lastModified }: ListedObject): string[] {
  const begun = lastModified.getTime();
  const ended = IN_PARTS.test(eTag) ? begun + LONGEST_UPLOAD_MS : begun;
  if (ended < since || begun >= until) return [];
  return routes.filter(({ filter }) => takes(filter, key)).map(({ name }) => name);
}

/** Keys that begin with both begin with the longer one, if there can be any. */
function narrower(one: string, other: string): string | undefined {
  if (one.startsWith(other)) return one;
  return other.startsWith(one) ? other : undefined;
}
