/** Waits until each object is delivered and proved, or has failed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import type { DeadLetters } from './dead-letters.ts';
import { type Delivery, destinationsOf, type Owners } from './delivery.ts';
import { listOwned, type OwnedObject } from './owned-objects.ts';
import { proveDelivery } from './proof.ts';
import { bytesOfParts } from './relayed-parts.ts';
import type { Tally } from './tally.ts';

const LOOK_EVERY_MS = 25;
/** Looking takes a share of the machine that moves the bytes, and more of it the more objects there are. */
const REST_PER_LOOK = 9;
const LOOK_AT_LEAST_EVERY_MS = 1000;
const LOOK_AT_PARTS_EVERY_MS = 500;
const PROOFS_AT_ONCE = 8;
/** If nothing moves for so long, something is broken rather than slow. */
const PATIENCE_MS = 120_000;

/** What the destinations have already, by bucket and key: an object of that state is none of these deliveries. */
export type Present = ReadonlyMap<string, ReadonlyMap<string, string>>;

export async function presentAt(owners: Owners, deliveries: readonly Delivery[]): Promise<Present> {
  const present = new Map<string, Map<string, string>>();
  for (const { bucket, account } of destinationsOf(deliveries)) {
    const states = new Map<string, string>();
    for await (const { key, state } of listOwned(owners.get(account)!, bucket)) states.set(key, state);
    present.set(bucket, states);
  }
  return present;
}

/** Looks into each destination bucket as its owner until every object has arrived or failed, or nothing moves any more. */
export async function awaitDeliveries(
  owners: Owners,
  present: Present,
  deadLetters: DeadLetters,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  let lookedAtParts = performance.now();
  while (!signal.aborted) {
    const begun = performance.now();
    const arrived: Arrival[] = [];
    for (const { bucket, account } of destinationsOf(tally.deliveries.filter(isPending))) {
      arrived.push(...(await arrivalsIn(owners.get(account)!, bucket, present.get(bucket), tally)));
    }
    const lookedMs = performance.now() - begun;
    await pMap(arrived, (arrival) => prove(arrival, tally), { concurrency: PROOFS_AT_ONCE });
    for (const [delivery, reason] of await deadLetters.of(tally.deliveries.filter(isPending))) {
      tally.failed(delivery, reason);
    }
    const pending = tally.deliveries.filter(isPending);
    if (pending.length === 0) return;
    if (begun - lookedAtParts > LOOK_AT_PARTS_EVERY_MS) {
      lookedAtParts = begun;
      tally.parts(await bytesOfParts(owners, pending));
    }
    if (tally.idleMs > PATIENCE_MS) {
      for (const delivery of pending) tally.failed(delivery, `nothing moved for ${PATIENCE_MS / 1000} s`);
    }
    const restMs = Math.min(LOOK_AT_LEAST_EVERY_MS, Math.max(LOOK_EVERY_MS, REST_PER_LOOK * lookedMs));
    await sleep(restMs, undefined, { signal }).catch(() => undefined);
  }
}

interface Arrival {
  s3: S3Client;
  delivery: Delivery;
  object: OwnedObject;
}

async function arrivalsIn(
  s3: S3Client,
  bucket: string,
  present: ReadonlyMap<string, string> | undefined,
  tally: Tally,
): Promise<Arrival[]> {
  const ofBucket = tally.deliveries.filter((each) => isPending(each) && each.route.destination.bucket === bucket);
  const pending = new Map(ofBucket.map((delivery) => [delivery.destinationKey, delivery]));
  const arrived: Arrival[] = [];
  for await (const object of listOwned(s3, bucket)) {
    const delivery = pending.get(object.key);
    if (!delivery || present?.get(object.key) === object.state) continue;
    delivery.deliveredAt = Date.now();
    arrived.push({ s3, delivery, object });
  }
  return arrived;
}

async function prove({ s3, delivery, object }: Arrival, tally: Tally): Promise<void> {
  const { drop, destinationKey, route } = delivery;
  const proof = await proveDelivery(s3, route.destination.bucket, destinationKey, drop);
  tally.delivered(delivery, object.ownerId, proof);
}

function isPending({ proof, failure }: Delivery): boolean {
  return proof === undefined && failure === undefined;
}
