/** Synthesizes the stacks without the CDK's command line. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CONTEXT_OVERFLOW_LOCATION_ENV } from 'aws-cdk-lib/cx-api';
import { readJson } from '../infra/config/context.ts';
import { ConfigError } from '../infra/config/mistakes.ts';
import { isObject } from '../infra/config/schema-parts.ts';
import { UserError } from './start/user-error.ts';

const REPOSITORY = new URL('../', import.meta.url);

/** The context `relay` of cdk.json, unchecked: the app checks it. */
export function committedContext(): unknown {
  const file = cdkJson();
  return isObject(file) && isObject(file['context']) ? file['context']['relay'] : undefined;
}

/** @throws UserError when it can't be read as JSON */
function cdkJson(): unknown {
  try {
    return readJson(new URL('cdk.json', REPOSITORY), 'cdk.json');
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message) : error;
  }
}

/**
 * Does what `cdk synth` does, but runs the app directly: the CLI would only add seconds.
 * @param folder where the cloud assembly is written
 * @param bundles whether the functions' code is made, which takes most of the time; without it nothing can be invoked
 * @throws UserError with the app's own sentence when the configuration is wrong
 */
export async function synthesize(
  folder: string,
  relay: unknown = committedContext(),
  { bundles = true } = {},
): Promise<void> {
  const app = fileURLToPath(new URL('infra/app.ts', REPOSITORY));
  // The context goes into a file, since an environment variable has 128 KiB at most. The CLI does the same.
  const context = await mkdtemp(join(tmpdir(), 'cdk-context-'));
  const file = join(context, 'context.json');
  const env = { ...process.env, CDK_OUTDIR: folder, [CONTEXT_OVERFLOW_LOCATION_ENV]: file };
  try {
    await writeFile(file, JSON.stringify({ relay, ...(!bundles && { 'aws:cdk:bundling-stacks': [] }) }));
    await promisify(execFile)(process.execPath, [app], { env, cwd: fileURLToPath(REPOSITORY) });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new UserError(stderr?.trim() || message);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}
