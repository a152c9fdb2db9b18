import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openOwnFolder } from '../../local/own-folder.ts';
import { synthesize } from '../../local/synth.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the cloud assembly of the committed cdk.json: made once, read by all. */
    assembly: string;
  }
}

/** What libraries make and leave: an app of the CDK without a folder of its own, and Node's cache of compiled code. */
const OF_LIBRARIES = /^(cdk\.out|node-compile-cache)/;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // All tests and what they start write in it, and it goes with this process: at any end, or at the next start.
  const folder = openOwnFolder();
  // Some tests try something as another user. The folder of `npm test` is around it.
  const around = dirname(folder);
  for (const each of basename(around).startsWith('upload-relay-') ? [around, folder] : [folder])
    await chmod(each, 0o711);
  const assembly = await mkdtemp(join(tmpdir(), 'upload-relay-assembly-'));
  const bundles = join(assembly, 'bundles');
  await mkdir(bundles);
  // Dozens of tests synthesize, and none changes the code.
  process.env['UPLOAD_RELAY_BUNDLES'] = bundles;
  await synthesize(assembly);
  project.provide('assembly', assembly);
  // The CDK's own rules for templates have looked at these stacks. They take a third of a synthesis, and find nothing else in the next ones.
  process.env['CDK_VALIDATION'] = 'false';
  // Hundreds of processes load the same code: it is compiled once.
  process.env['SANDBOX_COMPILE_CACHE'] = join(assembly, 'compiled');
  process.env['NODE_COMPILE_CACHE'] = join(assembly, 'compiled');
  return async () => {
    // A worker that ends writes down what it has compiled, perhaps while the folder goes.
    await rm(assembly, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    const left = (await readdir(folder)).filter((name) => !OF_LIBRARIES.test(name));
    if (left.length > 0) throw new Error(`Tests have left in their temporary folder: ${left.join(', ')}`);
  };
}
