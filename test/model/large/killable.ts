import type { Execution } from '../../../emulator/index.ts';

/** An execution environment that ends at one of its turns: what it waits for then never happens. */
export class Killable {
  /** Rejects when it is killed. */
  readonly death: Promise<never>;
  readonly #onTurn: (label: string) => boolean;
  readonly #die: (error: Error) => void;
  #isDead = false;

  /** @param onTurn told of each turn before and after a request; true kills */
  constructor(onTurn: (label: string) => boolean) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.death = promise;
    this.death.catch(() => undefined);
    this.#die = reject;
    this.#onTurn = onTurn;
  }

  async turn(label: string): Promise<void> {
    if (!this.#isDead && this.#onTurn(label)) {
      this.#isDead = true;
      this.#die(new Error('Runtime exited with error: signal: killed'));
    }
    if (this.#isDead) await new Promise(() => {});
  }

  tell(): void {}
}

/** What Lambda makes of an invocation: its answer, an error, or none because it was killed. */
export async function executionOf(answer: Promise<unknown>, { death }: Pick<Killable, 'death'>): Promise<Execution> {
  const outcome = await Promise.race([answer, death]).then(
    (value) => ({ payload: JSON.stringify(value), failed: false }),
    (error: Error) => ({ payload: JSON.stringify({ errorMessage: error.message }), failed: true }),
  );
  return { ...outcome, timedOut: false, durationMs: 0, maxMemoryMb: 0, logTail: Buffer.alloc(0) };
}
