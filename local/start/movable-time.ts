/** The time of the local AWS, which people may let pass. */
export class MovableTime {
  #aheadMs = 0;

  readonly now = (): number => Date.now() + this.#aheadMs;

  pass(minutes: number): void {
    this.#aheadMs += minutes * 60_000;
  }
}
