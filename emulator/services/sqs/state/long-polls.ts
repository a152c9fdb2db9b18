/** A visibility timeout may end, and a test may move the clock, without anything being sent: so waiting consumers look again this often. */
const LOOK_AGAIN_MS = 100;

/** Consumers that wait for messages: first come, first served. */
export class LongPolls<Message> {
  #looks = new Set<() => boolean>();
  #ends = new Set<() => void>();

  /**
   * Resolves with the first non-empty take, or with nothing after `waitMs`, on abort, or on `close`.
   * The timers never keep the process alive.
   */
  wait(take: () => Message[], waitMs: number, signal?: AbortSignal): Promise<Message[]> {
    return new Promise((resolve) => {
      const finish = (messages: Message[]) => {
        clearInterval(interval);
        clearTimeout(timeout);
        signal?.removeEventListener('abort', end);
        this.#looks.delete(look);
        this.#ends.delete(end);
        resolve(messages);
      };
      const end = () => finish([]);
      const look = () => {
        const messages = take();
        if (messages.length > 0) finish(messages);
        return messages.length > 0;
      };
      const interval = setInterval(look, LOOK_AGAIN_MS).unref();
      const timeout = setTimeout(end, waitMs).unref();
      this.#looks.add(look);
      this.#ends.add(end);
      signal?.addEventListener('abort', end);
      if (signal?.aborted) end();
    });
  }

  /** Something may have become visible: lets the consumers look, in the order in which they came. */
  wake(): void {
    for (const look of [...this.#looks]) if (!look()) return;
  }

  close(): void {
    for (const end of [...this.#ends]) end();
  }
}
