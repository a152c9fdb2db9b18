/** Makes `dist`: all that the package contains beside a few pages. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readApi } from './api.ts';
import { writeFunctions } from './functions.ts';
import { writeModules } from './modules.ts';

/** @param folder is made anew */
export async function buildPackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  writeFunctions(join(folder, 'functions'));
  await writeModules(folder);
  const { declarations } = await readApi();
  await writeFile(join(folder, 'index.d.ts'), declarations);
  // TypeScript takes declarations for those of an ESM file or of a CommonJS one by their ending.
  await writeFile(join(folder, 'index.d.cts'), declarations);
}
