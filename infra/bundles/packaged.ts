/** The functions' bundles in the package: made and tested before it was packed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../config/mistakes.ts';
import type { Entry } from './entries.ts';
import { parseSums, SUMS_FILE, sumOf } from './sums.ts';

/** Where the bundles come from: beside the one file that this code ends up in. */
export const ORIGIN = fileURLToPath(new URL('functions/', import.meta.url));

/** @throws ConfigError for a bundle that is not the one that was packed, or that isn't there */
export function putBundle(entry: Entry, outfile: string): void {
  const name = `${entry}.mjs`;
  const bundle = read(name);
  const expected = parseSums(read(SUMS_FILE).toString()).get(name);
  const found = sumOf(bundle);
  if (found !== expected)
    throw new ConfigError(
      `${join(ORIGIN, name)} is not the file that was packed: its SHA-256 is ${found}, and ${SUMS_FILE} beside it says ${expected ?? 'nothing'}. Install upload-relay again.`,
    );
  writeFileSync(outfile, bundle);
}

function read(name: string): Buffer {
  const path = join(ORIGIN, name);
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ConfigError(
      `${path} can't be read (${(cause as NodeJS.ErrnoException).code}). Install upload-relay again; if your app is bundled, leave upload-relay out of the bundle.`,
    );
  }
}
