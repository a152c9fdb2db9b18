/** Sorts mistakes as a person meets them in the file. */
import type { Mistake } from './mistakes.ts';

/** In the order of the file; what is missing comes at the end of the object that it should stand in. Pure. */
export function inFileOrder(mistakes: readonly Mistake[], value: unknown): Mistake[] {
  const placed = mistakes.map((mistake) => ({ mistake, place: placeOf(mistake.path, value) }));
  return placed.sort((one, other) => compare(one.place, other.place)).map(({ mistake }) => mistake);
}

/** Of each step of the path, which of its siblings it is. */
function placeOf(path: readonly PropertyKey[], value: unknown): number[] {
  let at = value;
  return path.map((key) => {
    const names = typeof at === 'object' && at !== null ? Object.keys(at) : [];
    const index = names.indexOf(String(key));
    at = index === -1 ? undefined : (at as Record<PropertyKey, unknown>)[key];
    return index === -1 ? Number.MAX_SAFE_INTEGER : index;
  });
}

function compare(one: number[], other: number[]): number {
  const index = one.findIndex((each, step) => each !== other[step]);
  if (index === -1) return one.length - other.length;
  return one[index]! - (other[index] ?? -1);
}
