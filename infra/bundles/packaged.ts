/** The functions' bundles in the package: made and tested before it was packed. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../config/mistakes.ts';
import type { Entry } from './entries.ts';
import { parseSums, SUMS_FILE } from './sums.ts';

/** Where the bundles come from: beside the one file that this code ends up in. */
export const ORIGIN = fileURLToPath(new URL('functions/', import.meta.url));

/** @throws ConfigError for a bundle that is not the one that was packed */
export function putBundle(entry: Entry, outfile: string): void {
  const name = `${entry}.mjs`;
  const bundle = readFileSync(join(ORIGIN, name));
  const expected = parseSums(readFileSync(join(ORIGIN, SUMS_FILE), 'utf8')).get(name);
  const found = createHash('sha256').update(bundle).digest('hex');
  if (found !== expected)
    throw new ConfigError(
      `${join(ORIGIN, name)} is not the file that was packed: its SHA-256 is ${found}, and ${SUMS_FILE} beside it says ${expected ?? 'nothing'}. Install upload-relay again.`,
    );
  writeFileSync(outfile, bundle);
}
