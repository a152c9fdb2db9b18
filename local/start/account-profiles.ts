/** The accounts that a configuration names: their regions, and their administrators' profiles. */
import { pullingRoutes, type RelayContext } from '../../infra/config/relay-context.ts';

/** The profile of each account's administrator: a, b, c, …; the source is always a, and those that are pulled from come last. */
export function accountProfiles(config: RelayContext): Map<string, string> {
  const { source, routes } = config;
  const destinations = routes.map(({ destination }) => destination.account);
  const accounts = new Set([source.account, ...destinations, ...pullingRoutes(config).map(({ pull }) => pull.account)]);
  return new Map([...accounts].map((account, index) => [account, String.fromCharCode('a'.charCodeAt(0) + index)]));
}

/** By account. */
export function regionsOf(config: RelayContext): Map<string, string> {
  return new Map([
    [config.source.account, config.source.region],
    ...pullingRoutes(config).map(({ pull }): [string, string] => [pull.account, pull.region]),
    ...config.routes.map(({ destination }): [string, string] => [destination.account, destination.region]),
  ]);
}
