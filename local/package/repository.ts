/** Where the package is made from, and where its API is told. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

export const API_FOLDER = join(REPOSITORY, 'docs/api');
/** Every public name and its type, as a review reads it. */
export const REPORT = 'upload-relay.api.md';
/** The same of the last release; there is none before the first. */
export const RELEASED = 'released.api.md';

export interface PackageJson {
  name: string;
  version: string;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

export function packageJson(): PackageJson {
  return JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as PackageJson;
}
