/** Lambda's network, 625 Mbps; more than that nobody need have under way: Lambda developer guide, "Lambda quotas". */
const ENOUGH_BYTES_PER_MS = 78_000;
/** Two hide the pause between a part and the next. */
const FEWEST = 2;
/** A function of the smallest useful size is busy with that many, however slow each is. */
const MOST = 8;
/** What another one must bring at the least to be followed by yet another. */
const WORTHWHILE = 1.15;

/** How many parts travel at once: few, and more while they don't fill the network and each more has helped. */
export class Lanes {
  #count = FEWEST;
  /** With one lane less. */
  #totalBefore = 0;
  #isSettled = false;

  get count(): number {
    return this.#count;
  }

  /** A part has arrived, in so much time. */
  arrived(lengthBytes: number, milliseconds: number): void {
    if (this.#isSettled) return;
    const total = (lengthBytes / Math.max(1, milliseconds)) * this.#count;
    const hasHelped = total >= this.#totalBefore * WORTHWHILE;
    if (total >= ENOUGH_BYTES_PER_MS || !hasHelped || this.#count === MOST) {
      this.#isSettled = true;
      return;
    }
    this.#totalBefore = total;
    this.#count += 1;
  }
}
