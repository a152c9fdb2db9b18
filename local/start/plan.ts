/** Which file must arrive where; said before anything starts. */

import { printable } from '../../cli/terminal/printable.ts';
import { UserError } from '../../cli/terminal/user-error.ts';
import { isReserved } from '../../functions/core/reserved-keys.ts';
import { MAX_KEY_BYTES, routesFor } from '../../functions/core/route.ts';
import { SourceObject } from '../../functions/core/source-object.ts';
import type { Delivery } from './delivery.ts';
import type { Drop, Found } from './drops.ts';
import type { Intake } from './intake.ts';
import { shortened } from './text.ts';
import type { Skipped } from './walk.ts';

export interface Plan {
  deliveries: Delivery[];
  skipped: Skipped[];
}

/** As much of a key as tells which it is. */
const SHOWN_KEY_WIDTH = 60;

/** @throws UserError for a key that is longer than S3 takes, or when no route takes any of the files */
export function planOf({ drops, skipped }: Found, { bucket, routes }: Pick<Intake, 'bucket' | 'routes'>): Plan {
  const deliveries: Delivery[] = [];
  const untaken: Skipped[] = [];
  for (const drop of drops) {
    const taking = routesFor(routes, new SourceObject(bucket, drop.key));
    for (const route of taking) deliveries.push({ drop, route, destinationKey: route.destination.prefix + drop.key });
    if (taking.length === 0) untaken.push({ path: drop.path, reason: reasonNotTaken(drop) });
  }
  refuseLongKeys(drops, deliveries);
  if (deliveries.length === 0 && untaken.length > 0) {
    throw new UserError(`Nothing would be relayed: ${untaken[0]!.reason}, e.g. ${printable(untaken[0]!.path)}.`);
  }
  return { deliveries, skipped: [...skipped, ...untaken] };
}

function reasonNotTaken({ key }: Drop): string {
  return isReserved(key) ? 'such keys are the relay’s own' : 'no route in cdk.json takes its key';
}

function refuseLongKeys(drops: readonly Drop[], deliveries: readonly Delivery[]): void {
  const places = [
    ...drops.map(({ key, path }) => ({ key, path, prefix: '' })),
    ...deliveries.map(({ destinationKey: key, drop: { path }, route }) => ({
      key,
      path,
      prefix: route.destination.prefix,
    })),
  ];
  const tooLong = places.filter(({ key }) => Buffer.byteLength(key) > MAX_KEY_BYTES);
  if (tooLong.length === 0) return;
  const [{ key, path, prefix }] = tooLong as [(typeof places)[number]];
  const files = new Set(tooLong.map((each) => each.path)).size;
  const name = shortened(printable(path), SHOWN_KEY_WIDTH);
  const withPrefix = prefix === '' ? '' : `, with the prefix "${prefix}"`;
  const others = files === 1 ? '' : `, and so would ${(files - 1).toLocaleString('en')} more`;
  const limit = `${Buffer.byteLength(key).toLocaleString('en')} bytes${withPrefix}, and S3 takes ${MAX_KEY_BYTES.toLocaleString('en')}`;
  throw new UserError(`The key of ${name} would have ${limit}${others}: name a folder further down, or shorter ones.`);
}
