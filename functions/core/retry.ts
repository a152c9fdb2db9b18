/** The one loop that repeats a request in place. What takes longer than seconds is left to the queue or to a durable step. */
import { setTimeout } from 'node:timers/promises';

export interface RetryOptions<E> {
  /** The first one included. */
  attempts: number;
  /** Whether the next attempt may succeed. */
  isTransient: (error: E) => boolean;
  onRetry?: (error: E) => void;
  /** How long to wait after so many failed attempts, in milliseconds. */
  backoffMs: (failed: number) => number;
  sleep?: (ms: number) => Promise<unknown>;
}

/**
 * Repeats an attempt as long as its error is transient and attempts are left.
 * @throws the last attempt's error
 */
export async function retry<T, E = unknown>(attempt: () => Promise<T>, options: RetryOptions<E>): Promise<T> {
  const { attempts, isTransient, backoffMs, onRetry, sleep = setTimeout } = options;
  for (let failed = 1; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      if (failed === attempts || !isTransient(error as E)) throw error;
      onRetry?.(error as E);
      await sleep(backoffMs(failed));
    }
  }
}
