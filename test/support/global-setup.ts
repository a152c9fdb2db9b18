import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { synthesize } from '../../local/synth.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the cloud assembly of the committed cdk.json: made once, read by all. */
    assembly: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const assembly = await mkdtemp(join(tmpdir(), 'upload-relay-assembly-'));
  await synthesize(assembly);
  project.provide('assembly', assembly);
  // Hundreds of processes load the same code: it is compiled once.
  process.env['SANDBOX_COMPILE_CACHE'] = join(assembly, 'compiled');
  return () => rm(assembly, { recursive: true, force: true });
}
