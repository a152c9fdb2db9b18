/** Events of created objects that come twice, late or in another order. */
import type { ObjectCreated } from '../services/s3/notifications/s3-notification.ts';
import type { Faults } from './faults.ts';

/** An event that nothing overtakes any more, since uploads have ceased, is let go: S3 may be late, but it delivers. */
const LONGEST_HOLD_MS = 1000;

interface HeldEvent {
  timer: NodeJS.Timeout;
  /** How many more may overtake it; not for those that wait for a time alone. */
  overtakers: number;
  release: () => void;
}

/** Between S3 and the notifications: makes events come twice, late, or in another order. None is ever lost. */
export class EventFaults {
  readonly #faults: Faults;
  readonly #publish: (event: ObjectCreated) => void;
  readonly #held = new Set<HeldEvent>();

  constructor(faults: Faults, publish: (event: ObjectCreated) => void) {
    this.#faults = faults;
    this.#publish = publish;
  }

  /** How many events are still on their way. */
  get held(): number {
    return this.#held.size;
  }

  deliver(event: ObjectCreated): void {
    const injection = this.#faults.decide('event', { bucket: event.bucket, key: event.key });
    const fault = injection?.claim() ? injection.fault : undefined;
    if (fault?.kind === 'delay-event') this.#hold(event, fault.ms);
    else if (fault?.kind === 'reorder') this.#hold(event, LONGEST_HOLD_MS, fault.window);
    else this.#pass(event);
    if (fault?.kind !== 'duplicate') return;
    for (let copy = 1; copy <= fault.times; copy++) {
      if (fault.afterMs === undefined) this.#pass(event);
      else this.#hold(event, fault.afterMs);
    }
  }

  /** Drops what is still held. */
  close(): void {
    for (const { timer } of this.#held) clearTimeout(timer);
    this.#held.clear();
  }

  #pass(event: ObjectCreated): void {
    this.#publish(event);
    for (const held of this.#held) {
      held.overtakers -= 1;
      if (held.overtakers === 0) held.release();
    }
  }

  #hold(event: ObjectCreated, forMs: number, overtakers = Number.POSITIVE_INFINITY): void {
    const release = (): void => {
      clearTimeout(held.timer);
      if (this.#held.delete(held)) this.#publish(event);
    };
    const held: HeldEvent = { timer: setTimeout(release, forMs).unref(), overtakers, release };
    this.#held.add(held);
  }
}
