/** The list of the bundles' hashes, as `sha256sum --check` reads it. */
import { createHash } from 'node:crypto';

export const SUMS_FILE = 'SHA256SUMS';

/** As `sha256sum` writes it. */
export function sumOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** @param files by name */
export function formatSums(files: ReadonlyMap<string, Uint8Array>): string {
  const lines = [...files].map(([name, content]) => `${sumOf(content)}  ${name}\n`);
  return lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('');
}

/** Hashes by name. */
export function parseSums(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)].map(([, hash, name]) => [name!, hash!]));
}
