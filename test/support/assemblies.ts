/** Cloud assemblies with the functions' code: of each configuration one, for all test files. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { inject } from 'vitest';
import { committedContext, synthesize } from '../../local/synth.ts';

/** @returns the folder, which goes with the tests */
export async function assemblyOf(context: unknown): Promise<string> {
  const committed = inject('assembly');
  if (isDeepStrictEqual(context, committedContext())) return committed;
  const all = join(committed, 'others');
  const folder = join(all, createHash('sha256').update(JSON.stringify(context)).digest('hex'));
  if (await isThere(folder)) return folder;
  await mkdir(all, { recursive: true });
  // Under its name only when it is whole: several workers may want it.
  const partly = await mkdtemp(`${folder}-`);
  await synthesize(partly, context);
  await rename(partly, folder).catch(async (error: unknown) => {
    await rm(partly, { recursive: true });
    if (!(await isThere(folder))) throw error;
  });
  return folder;
}

function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}
