/** Finds the word that a typing error was meant to be. */

/** So many letters may be wrong; with more differences it is another word. */
const MOST_EDITS = 2;

/** Pure. @returns undefined when no candidate is near */
export function meant(typed: string, candidates: readonly string[]): string | undefined {
  const most = Math.min(MOST_EDITS, Math.ceil(typed.length / 3));
  for (let edits = 0; edits <= most; edits++) {
    const near = candidates.find((candidate) => isWithin(typed.toLowerCase(), candidate.toLowerCase(), edits));
    if (near !== undefined) return near;
  }
  return undefined;
}

/** Whether so many letters must be added, removed, replaced or swapped with their neighbour at most. */
function isWithin(one: string, other: string, edits: number): boolean {
  if (one === other) return true;
  if (edits === 0) return false;
  let same = 0;
  while (one[same] === other[same]) same++;
  const [a, b] = [one.slice(same), other.slice(same)];
  const swapped = a.length > 1 ? `${a[1]}${a[0]}${a.slice(2)}` : a;
  const changed: [string, string][] = [
    [a.slice(1), b],
    [a, b.slice(1)],
    [a.slice(1), b.slice(1)],
    [swapped, b],
  ];
  return changed.some(([x, y]) => isWithin(x, y, edits - 1));
}
