/** Synthesizes the stacks without the CDK's command line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTEXT_OVERFLOW_LOCATION_ENV } from 'aws-cdk-lib/cx-api';
import { namingFile } from '../cli/configuration.ts';
import { UserError } from '../cli/terminal/user-error.ts';
import { runQuietly } from './child.ts';
import { readConfiguration } from './configuration.ts';

const REPOSITORY = new URL('../', import.meta.url);

/** The context `relay` of cdk.json, unchecked: the app checks it. */
export function committedContext(): unknown {
  return readConfiguration().relay;
}

/**
 * Does what `cdk synth` does, but runs the app directly: the CLI would only add seconds.
 * @param folder where the cloud assembly is written
 * @param bundles whether the functions' code is made, which takes most of the time; without it nothing can be invoked
 * @param file which the configuration comes from
 * @throws UserError with the app's own sentence when the configuration is wrong
 */
export async function synthesize(
  folder: string,
  relay: unknown = committedContext(),
  { bundles = true, file = 'cdk.json' } = {},
): Promise<void> {
  const app = fileURLToPath(new URL('infra/app.ts', REPOSITORY));
  // The context goes into a file, since an environment variable has 128 KiB at most. The CLI does the same.
  const context = await mkdtemp(join(tmpdir(), 'cdk-context-'));
  const contextFile = join(context, 'context.json');
  const env = { ...process.env, CDK_OUTDIR: folder, [CONTEXT_OVERFLOW_LOCATION_ENV]: contextFile };
  try {
    await writeFile(contextFile, JSON.stringify({ relay, ...(!bundles && { 'aws:cdk:bundling-stacks': [] }) }));
    await runQuietly(process.execPath, [app], { env, cwd: fileURLToPath(REPOSITORY) });
  } catch (error) {
    throw new UserError(namingFile((error as Error).message, file));
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}
