/** The package's bundles of the functions, the list of their hashes, and the licences of what is in them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../infra/bundles/bundle.ts';
import { ENTRIES } from '../../infra/bundles/entries.ts';
import { formatSums, SUMS_FILE } from '../../infra/bundles/sums.ts';
import { notices } from './notices.ts';

/** Where the licences of the bundled packages stand. */
export const NOTICES_FILE = 'THIRD-PARTY-LICENSES.txt';

export function writeFunctions(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const inputs = new Set<string>();
  const files = new Map<string, Uint8Array>();
  for (const entry of ENTRIES) {
    const name = `${entry}.mjs`;
    for (const input of Object.keys(bundle(entry, join(folder, name)))) inputs.add(input);
    files.set(name, readFileSync(join(folder, name)));
  }
  writeFileSync(join(folder, SUMS_FILE), formatSums(files));
  writeFileSync(join(folder, NOTICES_FILE), notices([...inputs]));
}
