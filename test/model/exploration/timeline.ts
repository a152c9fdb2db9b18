import { setImmediate as macrotask } from 'node:timers/promises';
import type { Scheduler } from 'fast-check';

/** The instants at which something may happen, in the order that fast-check's scheduler draws, and the story they make. */
export class Timeline {
  readonly story: string[] = [];
  /** A clock that all share: each turn takes a millisecond. */
  nowMs = 0;
  readonly #scheduler: Scheduler;
  readonly #stalled: (() => void)[] = [];

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Waits for a turn: everybody else may go first, as often as they like. */
  turn(label: string): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve(), label);
  }

  /**
   * Waits until nobody else has anything to do. It is such long waits that let an old write overtake a new one, and among
   * orders drawn evenly they hardly ever come up.
   */
  stall(): Promise<void> {
    return new Promise((resolve) => this.#stalled.push(resolve));
  }

  tell(line: string): void {
    this.story.push(line);
  }

  /**
   * Gives turns until nobody waits for one. After each, all code runs until it waits for its next turn: promises and streams
   * go on in microtasks and `nextTick`, all of which come before the next macrotask, so every order is reachable and repeats.
   */
  async run(): Promise<void> {
    let goOn: (() => void)[];
    do {
      await this.#scheduler.waitIdle(async (giveTurn) => {
        this.nowMs++;
        await giveTurn();
        await macrotask();
      });
      goOn = this.#stalled.splice(0);
      for (const each of goOn) each();
      await macrotask();
    } while (goOn.length > 0);
  }
}
