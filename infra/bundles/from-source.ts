/** The functions' bundles in a checkout: made from their sources while it synthesizes. */
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bundle, FUNCTIONS } from './bundle.ts';
import type { Entry } from './entries.ts';

/** Where the bundles come from. */
export const ORIGIN = FUNCTIONS;

/**
 * Bundles take most of a synthesis. Whoever synthesizes often and changes no code in between names a folder in which they are kept, as the
 * tests do.
 */
export function putBundle(entry: Entry, outfile: string): void {
  const folder = process.env['UPLOAD_RELAY_BUNDLES'];
  if (!folder) {
    bundle(entry, outfile);
    return;
  }
  const kept = join(folder, `${entry}.mjs`);
  if (!existsSync(kept)) {
    // Another process may be at it as well, so the bundle appears whole.
    const made = join(folder, `${basename(dirname(outfile))}-${process.pid}.mjs`);
    bundle(entry, made);
    renameSync(made, kept);
  }
  copyFileSync(kept, outfile);
}
