/** What `npm start` has delivered, as its report and its progress get to see it. */
import { canonicalUserId } from '../../emulator/index.ts';
import type { Delivery } from '../../local/start/delivery.ts';
import { aRoute } from './relay.ts';

export const A = '111111111111';
export const B = '222222222222';

/** Delivered and proved, but for what `change` says. */
export function aDelivery(change: Partial<Delivery> = {}, key = 'a.txt', sizeBytes = 1024): Delivery {
  return {
    drop: { key, path: `/${key}`, sizeBytes, diskBytes: sizeBytes },
    route: aRoute(),
    destinationKey: `in/${key}`,
    droppedAt: 1000,
    deliveredAt: 1250,
    sourceOwner: canonicalUserId(A),
    destinationOwner: canonicalUserId(B),
    proof: { holds: true, text: 'CRC32 x' },
    ...change,
  };
}

/** Nothing of it has happened yet. */
export function aPlannedDelivery(key = 'a.txt', sizeBytes = 1024): Delivery {
  return {
    drop: { key, path: `/${key}`, sizeBytes, diskBytes: sizeBytes },
    route: aRoute(),
    destinationKey: `in/${key}`,
  };
}
