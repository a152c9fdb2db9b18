/** Uploads files, and waits until each of them is delivered or has failed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import pMap from 'p-map';
import type { Route } from '../../functions/core/route.ts';
import { destinationOf, routesFor } from '../../functions/core/route.ts';
import { SourceObject } from '../../functions/core/source-object.ts';
import type { DeadLetters } from './dead-letters.ts';
import { type Drop, openDrop } from './drops.ts';
import { listOwned } from './owned-objects.ts';

/** A file on one route: which object must arrive where. */
export interface Delivery {
  drop: Drop;
  route: Route;
  destinationKey: string;
  /** When the source bucket had it. Milliseconds since the epoch, as `deliveredAt`. */
  droppedAt?: number;
  deliveredAt?: number;
  /** The canonical user id that the destination bucket names as owner. */
  destinationOwner?: string;
  /** Why it failed, from the dead-letter queue. */
  failure?: string;
}

export interface DeliveryProgress {
  /** More bytes of a drop have gone into the source bucket. */
  sent(drop: Drop, sentBytes: number): void;
  delivered(delivery: Delivery): void;
}

const DROPS_IN_FLIGHT = 8;
const LOOK_EVERY_MS = 25;
/** If nothing arrives for so long, something is broken rather than slow. */
const PATIENCE_MS = 120_000;

export function deliveriesOf(drops: readonly Drop[], sourceBucket: string, routes: readonly Route[]): Delivery[] {
  return drops.flatMap((drop) => {
    const source = new SourceObject(sourceBucket, drop.key);
    return routesFor(routes, source).map((route) => ({
      drop,
      route,
      destinationKey: destinationOf(route, source).key,
    }));
  });
}

/** Puts the files into the source bucket as any program with the SDK would. */
export async function dropAll(
  s3: S3Client,
  bucket: string,
  deliveries: readonly Delivery[],
  progress: DeliveryProgress,
  signal: AbortSignal,
): Promise<void> {
  const byDrop = Map.groupBy(deliveries, ({ drop }) => drop);
  const dropOne = async ([drop, ofDrop]: [Drop, Delivery[]]) => {
    if (signal.aborted) return;
    const upload = new Upload({ client: s3, params: { Bucket: bucket, Key: drop.key, Body: openDrop(drop) } });
    upload.on('httpUploadProgress', ({ loaded }) => progress.sent(drop, loaded ?? 0));
    await upload.done();
    for (const delivery of ofDrop) delivery.droppedAt = Date.now();
    progress.sent(drop, drop.sizeBytes);
  };
  await pMap(byDrop, dropOne, { concurrency: DROPS_IN_FLIGHT });
}

/**
 * Lists each destination bucket as its owner until every object has arrived or failed.
 * @param owners the clients by destination account
 */
export async function awaitDeliveries(
  owners: ReadonlyMap<string, S3Client>,
  deliveries: readonly Delivery[],
  deadLetters: DeadLetters,
  progress: DeliveryProgress,
  signal: AbortSignal,
): Promise<void> {
  const byBucket = Map.groupBy(deliveries, ({ route }) => route.destination.bucket);
  let lastArrival = Date.now();
  while (!signal.aborted) {
    for (const [bucket, all] of byBucket) {
      const pending = new Map(all.filter(isPending).map((delivery) => [delivery.destinationKey, delivery]));
      if (pending.size === 0) continue;
      const owner = owners.get(all[0]!.route.destination.account)!;
      for await (const { key, ownerId } of listOwned(owner, bucket)) {
        const delivery = pending.get(key);
        if (!delivery) continue;
        delivery.deliveredAt = lastArrival = Date.now();
        delivery.destinationOwner = ownerId;
        progress.delivered(delivery);
      }
    }
    await deadLetters.mark(deliveries.filter(isPending));
    if (!deliveries.some(isPending)) return;
    if (Date.now() - lastArrival > PATIENCE_MS) return giveUp(deliveries.filter(isPending));
    await sleep(LOOK_EVERY_MS);
  }
}

function isPending({ deliveredAt, failure }: Delivery): boolean {
  return deliveredAt === undefined && failure === undefined;
}

function giveUp(pending: Delivery[]): void {
  for (const delivery of pending) delivery.failure = `nothing arrived for ${PATIENCE_MS / 1000} s`;
}
