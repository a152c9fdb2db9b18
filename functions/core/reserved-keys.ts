/** The keys of a source bucket that are the relay's own. Pure. */

/** The canary's objects lie under it, one for each route. Replay and audit leave it out. */
export const CANARY_PREFIX = 'upload-relay-canary/';

/** Whether a key of the source bucket is the relay's own, and not an upload of somebody. */
export function isReserved(key: string): boolean {
  return key.startsWith(CANARY_PREFIX);
}
