/** Refuses two routes that may write the same key. */
import { type Mistakes, mistake } from './mistakes.ts';
import type { RelayContext, RouteContext } from './relay-context.ts';

/**
 * Two routes that write the same key would overwrite each other's objects again and again. Routes from one source may share a prefix if no
 * key passes both filters. Routes from different sources may not, whatever their filters: the key would no longer tell which source an
 * object is from.
 */
export function* refuseOverlaps({ source, routes }: RelayContext): Mistakes {
  for (const [index, route] of routes.entries()) {
    const first = routes.slice(0, index).find((other) => mayMeet(route, other, source.bucket));
    if (first === undefined) continue;
    const { bucket, prefix } = route.destination;
    const sameSource = sourceOf(route, source.bucket) === sourceOf(first, source.bucket);
    const why = sameSource
      ? 'an object may pass the filters of both, so that one key would be written by both; choose filters or prefixes that keep them apart'
      : 'it reads another source, so that two objects may get one key; give each source a prefix of its own';
    yield mistake(
      `relay.routes.${index}.destination`,
      `is the bucket "${bucket}" with prefix "${prefix}", where route "${first.name}" writes with prefix "${first.destination.prefix}": ${why}`,
    );
  }
}

function mayMeet(one: RouteContext, other: RouteContext, ownBucket: string | undefined): boolean {
  if (one.destination.bucket !== other.destination.bucket) return false;
  const samePrefix = one.destination.prefix === other.destination.prefix;
  if (samePrefix && sourceOf(one, ownBucket) !== sourceOf(other, ownBucket)) return true;
  return (
    begins(one.destination.prefix + one.filter.prefix, other.destination.prefix + other.filter.prefix) &&
    ends(one.filter.suffix, other.filter.suffix)
  );
}

function sourceOf({ pull }: RouteContext, ownBucket: string | undefined): string | undefined {
  return pull?.bucket ?? ownBucket;
}

/** Whether a text can begin with both prefixes. */
function begins(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

/** Whether a text can end with both suffixes. */
function ends(one: string, other: string): boolean {
  return one.endsWith(other) || other.endsWith(one);
}
