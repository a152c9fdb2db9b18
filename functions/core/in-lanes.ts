/**
 * Works through a list, so many at once; the first failure stops the rest from beginning.
 * @throws whatever the work throws
 */
export async function inLanes<T>(
  lanes: number,
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items.values();
  let isOver = false;
  const lane = async () => {
    for (const item of queue) {
      if (isOver) return;
      await work(item);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
  } finally {
    isOver = true;
  }
}
