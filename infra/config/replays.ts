/** Refuses scheduled replays that would find nothing to do. */
import { namesOf } from '../../functions/core/route.ts';
import { type Mistakes, refusal } from './mistakes.ts';
import type { RelayContext } from './relay-context.ts';

/** A scheduled replay lists one bucket for the routes that take from it, so there must be such routes. */
export function* refuseIdleReplays({ source, routes, relay }: RelayContext): Mistakes {
  if (!relay.replay && relay.replays.length > 0) {
    const reason = 'nothing would run it, since "relay.relay.replay" is false; remove one of the two';
    yield refusal('relay.relay.replays.0.name', relay.replays[0]!.name, reason);
  }
  for (const [index, { route, prefix }] of relay.replays.entries()) {
    const field = `relay.relay.replays.${index}`;
    const asked = routes.filter(({ name, pull }) => (route === undefined ? !pull : name === route));
    if (asked.length === 0) {
      const reason =
        route === undefined
          ? `every route has "pull", so the replay must name one of them: ${namesOf(routes)}`
          : `there is no such route; the routes are ${namesOf(routes)}`;
      yield refusal(`${field}.route`, route, reason);
      continue;
    }
    const starts = asked.map(({ filter }) => filter.prefix);
    if (starts.some((start) => start.startsWith(prefix) || prefix.startsWith(start))) continue;
    const taken = starts.map((start) => `"${start}"`).join(', ');
    yield refusal(
      `${field}.prefix`,
      prefix,
      `no route takes keys that begin so; its routes take keys that begin with ${taken}`,
    );
  }
  yield* refuseWrongInventory({ source, routes, relay });
  const { batchOperations } = relay;
  if (batchOperations === undefined || routes.some(({ pull }) => !pull)) return;
  const reason =
    'every route has "pull", and a batch job can\'t name a route, so it would relay nothing; remove it, and use replay';
  yield refusal('relay.relay.batchOperations', batchOperations, reason);
}

/** Replay must not relay the inventory itself, and must have a bucket that it is about. */
function* refuseWrongInventory({ source, routes, relay }: RelayContext): Mistakes {
  const inventory = relay.reconciliation ? relay.reconciliation.inventory : undefined;
  if (inventory === undefined) return;
  const field = 'relay.relay.reconciliation.inventory';
  if (routes.every(({ pull }) => pull)) {
    yield refusal(field, inventory, 'every route has "pull", and buckets that are pulled are listed; remove it');
  }
  if (inventory.bucket !== source.bucket) return;
  yield refusal(
    `${field}.bucket`,
    inventory.bucket,
    'it is the source bucket, so the inventory would be relayed; use another one',
  );
}
