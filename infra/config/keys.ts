import { MAX_KEY_BYTES } from '../../functions/core/route.ts';
import { whyUnusual, whyUnusualPattern } from './key-text.ts';
import { refusal } from './refusal.ts';
import type { RelayContext, RouteContext } from './relay-context.ts';

/**
 * Prefixes and suffixes that S3 takes and hardly anybody means, unless `relay.acceptUnusualKeys` says that they are meant.
 * @throws ConfigError
 */
export function refuseUnusualKeys({ routes, relay }: RelayContext): void {
  if (relay.acceptUnusualKeys) return;
  const refuse = (field: string, text: string, why: string | undefined) => {
    if (why === undefined) return;
    throw refusal(
      field,
      text,
      `it ${why}; correct it, or set "acceptUnusualKeys": true in "relay.relay" if it is meant so`,
    );
  };
  routes.forEach(({ filter, destination }, index) => {
    const field = `relay.routes.${index}`;
    refuse(`${field}.filter.prefix`, filter.prefix, whyUnusual(filter.prefix));
    refuse(`${field}.filter.suffix`, filter.suffix, whyUnusualPattern(filter.suffix));
    refuse(`${field}.destination.prefix`, destination.prefix, whyUnusual(destination.prefix));
  });
  relay.replays.forEach(({ prefix }, index) => {
    refuse(`relay.relay.replays.${index}.prefix`, prefix, whyUnusualPattern(prefix));
  });
}

/** @throws ConfigError when no key that a route takes fits behind its prefix */
export function refuseLongKeys({ routes }: RelayContext): void {
  routes.forEach((route, index) => {
    const { prefix } = route.destination;
    const bytes = Buffer.byteLength(prefix) + shortestKeyBytes(route);
    if (bytes <= MAX_KEY_BYTES) return;
    throw refusal(
      `relay.routes.${index}.destination.prefix`,
      prefix,
      `with it the shortest key that the route takes would have ${bytes} bytes, and S3 takes ${MAX_KEY_BYTES}`,
    );
  });
}

/** Prefix and suffix of a filter may share letters of a key. */
function shortestKeyBytes({ filter }: RouteContext): number {
  return Math.max(1, Buffer.byteLength(filter.prefix), Buffer.byteLength(filter.suffix));
}
