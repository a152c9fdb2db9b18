/** Counts what is uploaded and relayed: how much, how fast, and how long still. */
import type { Delivery } from './delivery.ts';
import type { Drop } from './drops.ts';
import type { Proof } from './proof.ts';
import type { UploadProgress } from './upload.ts';
import type { Skipped } from './walk.ts';

/** Uploading or relaying. */
export interface Stage {
  bytes: number;
  totalBytes: number;
  /** Of the last seconds; undefined as long as nothing moves. */
  bytesPerSecond: number | undefined;
  secondsLeft: number | undefined;
}

export interface Counts {
  uploaded: Stage;
  relayed: Stage;
  delivered: number;
  failed: number;
  /** Deliveries, however they end. */
  total: number;
}

/** What happens to a drop or a delivery, as it happens. */
export interface Listener {
  uploaded?(drop: Drop): void;
  skipped?(skipped: Skipped): void;
  delivered?(delivery: Delivery): void;
  failed?(delivery: Delivery): void;
}

/** Parts of 64 MiB arrive in leaps, so a shorter one would swing. */
const SPEED_WINDOW_MS = 10_000;
const SAMPLE_EVERY_MS = 250;

export class Tally implements UploadProgress {
  /** Without those whose file could not be read any more. */
  deliveries: readonly Delivery[];
  readonly skippedDrops: Skipped[] = [];
  readonly #listener: Listener;
  readonly #now: () => number;
  readonly #sentBytes = new Map<Drop, number>();
  #partsBytes = 0;
  #settledBytes = 0;
  readonly #uploadSpeed: Speed;
  readonly #relaySpeed: Speed;
  #movedAt: number;

  /** @param now in milliseconds; a clock that stands still while the machine sleeps */
  constructor(deliveries: readonly Delivery[], listener: Listener = {}, now = () => performance.now()) {
    this.deliveries = deliveries;
    this.#listener = listener;
    this.#now = now;
    this.#movedAt = now();
    this.#uploadSpeed = new Speed(now);
    this.#relaySpeed = new Speed(now);
  }

  sent(drop: Drop, sentBytes: number): void {
    if (sentBytes !== this.#sentBytes.get(drop)) this.#moved();
    this.#sentBytes.set(drop, sentBytes);
  }

  uploaded(drop: Drop): void {
    this.sent(drop, drop.sizeBytes);
    this.#moved();
    this.#listener.uploaded?.(drop);
  }

  skipped(drop: Drop, reason: string): void {
    this.deliveries = this.deliveries.filter((delivery) => delivery.drop !== drop);
    const skipped = { path: drop.path, reason };
    this.skippedDrops.push(skipped);
    this.#listener.skipped?.(skipped);
  }

  failed(delivery: Delivery, reason: string): void {
    delivery.failure = reason;
    this.#moved();
    this.#listener.failed?.(delivery);
  }

  /** What the destinations have of objects that aren't complete. */
  parts(bytes: number): void {
    if (bytes !== this.#partsBytes) this.#moved();
    this.#partsBytes = bytes;
  }

  delivered(delivery: Delivery, destinationOwner: string, proof: Proof): void {
    delivery.destinationOwner = destinationOwner;
    delivery.proof = proof;
    this.#settledBytes += delivery.drop.sizeBytes;
    this.#moved();
    this.#listener.delivered?.(delivery);
  }

  /** How long nothing has moved: no byte, no delivery, no failure. */
  get idleMs(): number {
    return this.#now() - this.#movedAt;
  }

  counts(): Counts {
    const drops = new Set(this.deliveries.map(({ drop }) => drop));
    const toRelay = this.deliveries.filter(({ failure }) => failure === undefined).map(({ drop }) => drop);
    const relayedBytes = this.#settledBytes + this.#partsBytes;
    return {
      uploaded: this.#uploadSpeed.stage(sum(this.#sentBytes.values()), sizeOf(drops)),
      relayed: this.#relaySpeed.stage(relayedBytes, sizeOf(toRelay)),
      delivered: this.deliveries.filter(({ proof }) => proof !== undefined).length,
      failed: this.deliveries.filter(({ failure }) => failure !== undefined).length,
      total: this.deliveries.length,
    };
  }

  #moved(): void {
    this.#movedAt = this.#now();
  }
}

/** Of the last seconds. */
class Speed {
  readonly #now: () => number;
  #samples: { at: number; bytes: number }[];

  constructor(now: () => number) {
    this.#now = now;
    this.#samples = [{ at: now(), bytes: 0 }];
  }

  stage(bytes: number, totalBytes: number): Stage {
    const at = this.#now();
    if (at - this.#samples.at(-1)!.at >= SAMPLE_EVERY_MS) this.#samples.push({ at, bytes });
    while (this.#samples.length > 1 && this.#samples[1]!.at <= at - SPEED_WINDOW_MS) this.#samples.shift();
    const [oldest] = this.#samples;
    const seconds = (at - oldest!.at) / 1000;
    const bytesPerSecond = bytes > oldest!.bytes && seconds > 0 ? (bytes - oldest!.bytes) / seconds : undefined;
    const left = Math.max(0, totalBytes - bytes);
    const secondsLeft = left === 0 ? 0 : bytesPerSecond && left / bytesPerSecond;
    return { bytes: Math.min(bytes, totalBytes), totalBytes, bytesPerSecond, secondsLeft };
  }
}

function sizeOf(drops: Iterable<Drop>): number {
  return sum([...drops].map(({ sizeBytes }) => sizeBytes));
}

function sum(numbers: Iterable<number>): number {
  return Array.from(numbers).reduce((total, each) => total + each, 0);
}
