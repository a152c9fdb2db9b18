/** Decides how many parts are sent at once. */
import { NETWORK_BYTES_PER_SECOND } from './plan-large.ts';

/** More than Lambda's network nobody needs to fill. */
const ENOUGH_BYTES_PER_MS = NETWORK_BYTES_PER_SECOND / 1000;
/** With two, one part is sent during the pause between the end of another and the next. */
const FEWEST = 2;
/** Eight keep a function of the smallest useful size busy, however slow each of them is. */
const MOST = 8;
/** By this factor the pace must grow with one more part at once, or there will be no further one. */
const WORTHWHILE = 1.15;

/** Starts with few parts at once, and adds one after another while they do not fill the network and each has helped. */
export class AdaptiveConcurrency {
  #limit = FEWEST;
  /** The pace of all together with one part less at once. */
  #paceBefore = 0;
  #isSettled = false;

  /** How many parts may be under way. */
  get limit(): number {
    return this.#limit;
  }

  /** A part has been sent, in this time. */
  sent(lengthBytes: number, milliseconds: number): void {
    if (this.#isSettled) return;
    const pace = (lengthBytes / Math.max(1, milliseconds)) * this.#limit;
    const hasHelped = pace >= this.#paceBefore * WORTHWHILE;
    if (pace >= ENOUGH_BYTES_PER_MS || !hasHelped || this.#limit === MOST) {
      this.#isSettled = true;
      return;
    }
    this.#paceBefore = pace;
    this.#limit += 1;
  }
}
