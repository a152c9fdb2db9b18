/** Refuses prefixes and suffixes that are likely to be a slip, or that would make keys too long. */
import { CHECK_FOLDER, canaryKey, isReserved } from '../../functions/core/reserved-keys.ts';
import { MAX_KEY_BYTES } from '../../functions/core/route.ts';
import { toAcknowledge } from './acknowledgements.ts';
import { whyUnusual, whyUnusualPattern, whyUnusualSuffix } from './key-text.ts';
import { type Mistake, type Mistakes, refusal } from './mistakes.ts';
import type { RelayContext, RouteContext } from './relay-context.ts';

/** As `functions/check/probe.ts` makes it of a check's id. */
const LONGEST_PROBE = `${CHECK_FOLDER}00000000-0000-0000-0000-000000000000/in-parts`;

/** Warns of prefixes and suffixes that S3 takes but that are probably a mistake. */
export function* refuseUnusualKeys({ routes, relay }: RelayContext): Mistakes {
  for (const [index, { filter, destination }] of routes.entries()) {
    const field = `relay.routes.${index}`;
    yield* unusual(`${field}.filter.prefix`, filter.prefix, whyUnusual(filter.prefix));
    yield* unusual(`${field}.filter.suffix`, filter.suffix, whyUnusualSuffix(filter.suffix));
    yield* unusual(`${field}.destination.prefix`, destination.prefix, whyUnusual(destination.prefix));
  }
  for (const [index, { prefix }] of relay.replays.entries()) {
    yield* unusual(`relay.relay.replays.${index}.prefix`, prefix, whyUnusualPattern(prefix));
  }
  yield* unusual('relay.relay.audit.prefix', relay.audit.prefix, whyUnusual(relay.audit.prefix));
  const { inventory } = relay.reconciliation || {};
  const prefix = inventory?.prefix ?? '';
  yield* unusual('relay.relay.reconciliation.inventory.prefix', prefix, whyUnusual(prefix));
}

function unusual(field: string, text: string, why: string | undefined): Mistake[] {
  if (why === undefined) return [];
  const warning = `unusual-key:${text}`;
  return [refusal(field, text, `it ${why}; correct it, or ${toAcknowledge(warning)} if it is meant so`, warning)];
}

/** A route would take only keys that are the relay's own. */
export function* refuseReservedKeys({ routes }: RelayContext): Mistakes {
  for (const [index, { filter }] of routes.entries()) {
    if (!isReserved(filter.prefix)) continue;
    const why = "keys that start so are the relay's own, and no route takes them";
    yield refusal(`relay.routes.${index}.filter.prefix`, filter.prefix, why);
  }
}

/** The destination's prefix leaves no room for any key that the route takes, or for what the relay itself writes. */
export function* refuseLongKeys({ routes, relay }: RelayContext): Mistakes {
  for (const [index, route] of routes.entries()) {
    const { prefix } = route.destination;
    for (const [what, bytesBehind] of keysBehind(route, relay)) {
      const bytes = Buffer.byteLength(prefix) + bytesBehind;
      if (bytes <= MAX_KEY_BYTES) continue;
      const reason = `with it ${what} would have ${bytes} bytes, and S3 takes ${MAX_KEY_BYTES}`;
      yield refusal(`relay.routes.${index}.destination.prefix`, prefix, reason);
      break;
    }
  }
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
