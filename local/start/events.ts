/** `npm start -- --json`: what happens, as a line of JSON each. */
import type { Delivery } from './delivery.ts';
import { accountOf, arrivedAfterMs } from './report.ts';
import type { Counts, Listener, Stage } from './tally.ts';
import type { Skipped } from './walk.ts';

type Write = (line: string) => void;

/** Writes an event: its name, when it was, and what there is to say. */
export function writeEvent(write: Write, event: string, facts: object): void {
  write(`${JSON.stringify({ event, time: new Date().toISOString(), ...facts })}\n`);
}

/** Places and checksums have the names that they have in a receipt. */
export function eventsTo(write: Write, bucket: string, accounts: readonly string[]): Required<Listener> {
  const ownerOf = (id: string | undefined) => id && accountOf(id, accounts);
  const wayOf = ({ drop: { key, sizeBytes }, route, destinationKey, destinationOwner }: Delivery) => ({
    route: route.name,
    source: { bucket, key, sizeBytes },
    destination: { bucket: route.destination.bucket, key: destinationKey },
    owner: ownerOf(destinationOwner),
  });
  return {
    uploaded: ({ key, sizeBytes }) => writeEvent(write, 'uploaded', { source: { bucket, key, sizeBytes } }),
    skipped: (skipped) => writeSkipped(write, skipped),
    delivered: (delivery) =>
      writeEvent(write, 'delivered', {
        ...wayOf(delivery),
        checksum: delivery.proof?.checksum,
        proved: delivery.proof?.holds,
        arrivedAfterMs: arrivedAfterMs(delivery),
      }),
    failed: (delivery) => writeEvent(write, 'failed', { ...wayOf(delivery), reason: delivery.failure }),
  };
}

export function writeSkipped(write: Write, { path, reason }: Skipped): void {
  writeEvent(write, 'skipped', { path, reason });
}

export function writeProgress(write: Write, { uploaded, relayed, delivered, failed, total }: Counts): void {
  writeEvent(write, 'progress', { uploaded: rounded(uploaded), relayed: rounded(relayed), delivered, failed, total });
}

function rounded({ bytes, totalBytes, bytesPerSecond, secondsLeft }: Stage): Stage {
  const round = (figure: number | undefined) => figure && Math.round(figure);
  return { bytes, totalBytes, bytesPerSecond: round(bytesPerSecond), secondsLeft: round(secondsLeft) };
}
