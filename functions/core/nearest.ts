/** Finds the word that a typing error was meant to be. */

/** Up to two letters may be wrong, or a third of a short name. With more differences it is another word. */
const MOST_EDITS = 2;

/**
 * The candidate that a typing error may have turned into this text. Pure.
 * @returns undefined when none is near
 */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const most = Math.min(MOST_EDITS, Math.ceil(text.length / 3));
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(text.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const [first] = ranked;
  return first !== undefined && first.edits <= most ? first.candidate : undefined;
}

/** How many letters must be added, removed, replaced or swapped with their neighbour (the optimal string alignment distance). */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          replaced,
          rows[i - 1]![j]! + 1,
          row[j - 1]! + 1,
          swapped ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
