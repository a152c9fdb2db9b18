/** Operations that take several steps, and moments at which none is half done. */
export class Steps {
  #underWay = 0;
  #onIdle: (() => void) | undefined;
  #paused: Promise<void> | undefined;

  async run<T>(operation: () => Promise<T>): Promise<T> {
    while (this.#paused) await this.#paused;
    this.#underWay++;
    try {
      return await operation();
    } finally {
      if (--this.#underWay === 0) this.#onIdle?.();
    }
  }

  /** Resolves when none is under way, and none begins until the function is called. Nobody else may pause meanwhile. */
  async pause(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#paused = promise;
    if (this.#underWay > 0) {
      await new Promise<void>((idle) => {
        this.#onIdle = idle;
      });
    }
    return () => {
      this.#paused = undefined;
      resolve();
    };
  }
}
