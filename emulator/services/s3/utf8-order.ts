/**
 * S3 lists keys in the order of their UTF-8 bytes. Strings compare by UTF-16 units, which differs in one place only:
 * surrogates (characters beyond U+FFFF) stand below U+E000–U+FFFF there, but above them in UTF-8.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const unitA = a.charCodeAt(at);
    const unitB = b.charCodeAt(at);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The first position of a sorted list whose key isn't below the given one. */
export function lowerBound(sortedKeys: readonly string[], key: string): number {
  let low = 0;
  let high = sortedKeys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(sortedKeys[middle]!, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
