/** Fires scheduled rules and schedules at the start of each minute, as long as it runs. */
import type { Clock } from './api.ts';
import { startOf } from './time/timing.ts';
import { MINUTE_MS } from './time/wall-clock.ts';

/** Rules and schedules. */
export interface Firing {
  dueArns(minute: number): string[];
  fire(arn: string): unknown;
}

export interface TickerOptions {
  clock: Clock;
  firing: readonly Firing[];
  onError: (error: unknown) => void;
}

export class Ticker {
  readonly #options: TickerOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TickerOptions) {
    this.#options = options;
  }

  start(): void {
    const now = this.#options.clock();
    const next = startOf(now) + MINUTE_MS;
    this.#timer = setTimeout(() => {
      this.fireDue(next);
      this.start();
    }, next - now).unref();
  }

  /** What fails, or is refused, keeps nothing else from firing. */
  fireDue(minute: number): void {
    for (const source of this.#options.firing) {
      for (const arn of source.dueArns(minute)) {
        try {
          source.fire(arn);
        } catch (error) {
          this.#options.onError(error);
        }
      }
    }
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
