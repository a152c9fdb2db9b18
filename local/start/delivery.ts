/** What is to be delivered: a file on one route. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { Route } from '../../functions/core/route.ts';
import type { Drop } from './drops.ts';
import type { Proof } from './proof.ts';

/** A file on one route: which object must arrive where. */
export interface Delivery {
  drop: Drop;
  route: Route;
  destinationKey: string;
  /** When the source bucket had it. Milliseconds since the epoch, as `deliveredAt`. */
  droppedAt?: number;
  deliveredAt?: number;
  /** The canonical user id that the source bucket names as owner. */
  sourceOwner?: string;
  destinationOwner?: string;
  proof?: Proof;
  /** Why it failed. */
  failure?: string;
}

/** The clients by destination account. */
export type Owners = ReadonlyMap<string, S3Client>;

/** Each bucket once. */
export function destinationsOf(deliveries: readonly Delivery[]): Route['destination'][] {
  return [...new Map(deliveries.map(({ route: { destination } }) => [destination.bucket, destination])).values()];
}
