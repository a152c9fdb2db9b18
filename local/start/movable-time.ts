/** The time of the local AWS, which people may let pass. */
export class MovableTime {
  #aheadMs: number;

  /** @param earliest milliseconds since the epoch: what was kept then must not lie in the future */
  constructor(earliest = 0) {
    this.#aheadMs = Math.max(0, earliest - Date.now());
  }

  readonly now = (): number => Date.now() + this.#aheadMs;

  pass(minutes: number): void {
    this.#aheadMs += minutes * 60_000;
  }
}
