/** The names of the administrators' profiles. */
import type { RelayContext } from '../../infra/config/relay-context.ts';

/** The profile of each account's administrator: a, b, c, …; the source is always a. */
export function accountProfiles({ source, routes }: RelayContext): Map<string, string> {
  const accounts = new Set([source.account, ...routes.map(({ destination }) => destination.account)]);
  return new Map([...accounts].map((account, index) => [account, String.fromCharCode('a'.charCodeAt(0) + index)]));
}
