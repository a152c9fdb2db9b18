import type { Timeline } from './timeline.ts';

export interface LifeOptions {
  name: string;
  /** What happens before each turn, by its number from 1. */
  onTurn: (number: number) => Promise<void>;
}

/** The execution environment of one invocation: its turns, until it dies. What it waits for then never happens. */
export class Life {
  readonly #timeline: Timeline;
  readonly #options: LifeOptions;
  #turns = 0;
  #isDead = false;
  #thaw: Promise<void> | undefined;

  constructor(timeline: Timeline, options: LifeOptions) {
    this.#timeline = timeline;
    this.#options = options;
  }

  async turn(label: string): Promise<void> {
    const { name, onTurn } = this.#options;
    await onTurn(++this.#turns);
    await this.#timeline.turn(`${name} ${label}`);
    await this.#thaw;
    if (this.#isDead) await new Promise(() => {});
  }

  die(): void {
    this.#isDead = true;
    this.tell('dies');
  }

  /**
   * Lambda stops an environment when its invocation has answered; what is still under way goes on when it is used again.
   * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
   */
  freeze(): void {
    this.#thaw = this.#timeline.stall();
  }

  tell(what: string): void {
    this.#timeline.tell(`${this.#options.name} ${what}`);
  }
}
