/** Refuses prefixes and suffixes that are likely to be a slip, or that would make keys too long. */
import { CHECK_FOLDER, canaryKey, isReserved } from '../../functions/core/reserved-keys.ts';
import { MAX_KEY_BYTES } from '../../functions/core/route.ts';
import { whyUnusual, whyUnusualPattern } from './key-text.ts';
import { refusal } from './refusal.ts';
import type { RelayContext, RouteContext } from './relay-context.ts';

/** As `functions/check/probe.ts` makes it of a check's id. */
const LONGEST_PROBE = `${CHECK_FOLDER}00000000-0000-0000-0000-000000000000/in-parts`;

/**
 * Refuses prefixes and suffixes that S3 takes but that are probably a mistake, unless `relay.acceptUnusualKeys` allows them.
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

/** @throws ConfigError when a route would take only keys that are the relay's own */
export function refuseReservedKeys({ routes }: RelayContext): void {
  routes.forEach(({ filter }, index) => {
    if (!isReserved(filter.prefix)) return;
    const why = "keys that start so are the relay's own, and no route takes them";
    throw refusal(`relay.routes.${index}.filter.prefix`, filter.prefix, why);
  });
}

/** @throws ConfigError when the destination's prefix leaves no room for any key that the route takes, or for what the relay itself writes */
export function refuseLongKeys({ routes, relay }: RelayContext): void {
  routes.forEach((route, index) => {
    const { prefix } = route.destination;
    for (const [what, bytesBehind] of keysBehind(route, relay)) {
      const bytes = Buffer.byteLength(prefix) + bytesBehind;
      if (bytes <= MAX_KEY_BYTES) continue;
      const reason = `with it ${what} would have ${bytes} bytes, and S3 takes ${MAX_KEY_BYTES}`;
      throw refusal(`relay.routes.${index}.destination.prefix`, prefix, reason);
    }
  });
}

/** What is written behind a destination's prefix, and how long it is at least. */
function keysBehind({ name, filter, pull }: RouteContext, { canary }: RelayContext['relay']): [string, number][] {
  // The prefix and the suffix of a filter may overlap in a key.
  const shortest = Math.max(1, Buffer.byteLength(filter.prefix), Buffer.byteLength(filter.suffix));
  const keys: [string, number][] = [
    ['the shortest key that the route takes', shortest],
    ['what the check writes', LONGEST_PROBE.length],
  ];
  if (canary && !pull) keys.push(['the canary of the route', (CHECK_FOLDER + canaryKey(name)).length]);
  return keys;
}
