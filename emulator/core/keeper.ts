/** How what a service holds outlives the process. */
export interface Keeper {
  /**
   * All that is to be there at the next start, as it is at this very moment: plain values, dates, maps, sets and buffers. A service that
   * can't read it at once holds on to the moment, and gives a promise.
   */
  snapshot(): unknown;
  /**
   * Called once, while the service is empty.
   * @param kept what `snapshot` has given
   */
  restore(kept: never): void | Promise<void>;
  /** After everything is restored, and requests are answered: goes on with what was under way. */
  resume?(): void;
  /** Of a service whose changes take several steps: resolves between two of them, and none begins until the function is called. */
  pause?(): Promise<() => void>;
  /** Before the last snapshot is relied upon: what it names outside of itself is on the disk now. */
  secure?(): Promise<void>;
  /** The last snapshot is relied upon from now on: what only earlier ones name is removed. */
  tidy?(): Promise<void>;
}

/** Puts what was kept of a map into the one that is there. */
export function refill<K, V>(map: Map<K, V>, kept: ReadonlyMap<K, V>): void {
  for (const [key, value] of kept) map.set(key, value);
}
