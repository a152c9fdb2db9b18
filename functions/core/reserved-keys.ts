/** The keys of a source bucket that are the relay's own. Pure. */

/** The canary's objects lie under it, one for each route. Replay and audit leave it out. */
export const CANARY_PREFIX = 'upload-relay-canary/';
/** How their keys end: the notification that is about them needs an ending of its own, since S3 refuses overlapping filters. */
export const CANARY_ENDING = '/canary';

/** Below a destination's prefix: what the relay writes there for its own sake. */
export const CHECK_FOLDER = 'upload-relay-check/';

/** An upload under the second one would lie where the canaries go, and the next canary would take its place. */
export const RESERVED_PREFIXES = [CANARY_PREFIX, `${CHECK_FOLDER}${CANARY_PREFIX}`];

/** Whether a key of the source bucket is the relay's own, and not an upload of somebody. */
export function isReserved(key: string): boolean {
  return RESERVED_PREFIXES.some((prefix) => key.startsWith(prefix));
}

/** The object that is dropped again and again to see whether objects come across along a route. */
export function canaryKey(route: string): string {
  return `${CANARY_PREFIX}${route}${CANARY_ENDING}`;
}
