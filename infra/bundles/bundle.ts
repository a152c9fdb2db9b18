/** Bundles a function from its source, with everything that it imports. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildResult, buildSync } from 'esbuild';
import { ConfigError } from '../config/mistakes.ts';
import type { Entry } from './entries.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
export const FUNCTIONS = join(REPOSITORY, 'functions');

/** What a bundle was made of: a file for each key, relative to the repository. */
export type Inputs = BuildResult<{ metafile: true }>['metafile']['inputs'];

/**
 * Writes one ESM file that contains the SDK. It starts faster than with the runtime's own SDK, and the tested version is the one that runs.
 * Equal code gives equal bytes on every machine and in every folder.
 * @throws ConfigError where esbuild's own program is missing
 */
export function bundle(entry: Entry, outfile: string): Inputs {
  try {
    return build(entry, outfile).metafile.inputs;
  } catch (error) {
    if (!/"@esbuild\/.* could not be found|installed esbuild for another platform/.test((error as Error).message))
      throw error;
    throw new ConfigError(
      'esbuild has no program for this machine: run "npm ci" here, without --omit=optional and --no-optional, and without "omit=optional" in .npmrc.',
    );
  }
}

function build(entry: Entry, outfile: string) {
  return buildSync({
    absWorkingDir: REPOSITORY,
    entryPoints: [join(FUNCTIONS, 'handlers', `${entry}.ts`)],
    outfile,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // Each of these files says what it leaves out, and why.
    alias: {
      '@aws-sdk/credential-provider-node': join(FUNCTIONS, 'aws/environment-credentials.ts'),
      '@aws-sdk/client-lambda': join(FUNCTIONS, 'aws/lambda-client.ts'),
    },
    // Some dependencies are CommonJS and call require() for Node's own modules.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
}
