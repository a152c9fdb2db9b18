/** Bundles a function's code, with its settings beside it. */
import { copyFileSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { SETTINGS_FILE } from '../../functions/core/settings.ts';
import { settingsJson } from '../config/function-settings.ts';
import { ConfigError } from '../config/mistakes.ts';

const FUNCTIONS = fileURLToPath(new URL('../../functions/', import.meta.url));

/**
 * Bundles one ESM file that contains the SDK, and puts the settings beside it. It starts faster than with the runtime's own SDK, and the
 * tested version is the one that runs. Equal code with equal settings gives an equal asset on every machine.
 * @param entry the file in `functions/handlers/`, without its ending
 */
export function functionCode(entry: string, settings: object): Code {
  const json = settingsJson(settings);
  return Code.fromAsset(FUNCTIONS, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // The CDK takes assets with equal options for one asset; these options tell them apart.
      command: [entry, json],
      // The CDK requires an image, but local bundling always succeeds.
      image: DockerImage.fromRegistry('none'),
      local: {
        tryBundle(folder) {
          putBundle(entry, join(folder, 'index.mjs'));
          writeFileSync(join(folder, SETTINGS_FILE), json);
          return true;
        },
      },
    },
  });
}

/**
 * Bundles take most of a synthesis. Whoever synthesizes often and changes no code in between names a folder in which they are kept, as the
 * tests do.
 */
function putBundle(entry: string, outfile: string): void {
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

function bundle(entry: string, outfile: string): void {
  try {
    build(entry, outfile);
  } catch (error) {
    if (!/"@esbuild\/.* could not be found|installed esbuild for another platform/.test((error as Error).message))
      throw error;
    throw new ConfigError(
      'esbuild has no program for this machine: run "npm ci" here, without --omit=optional and --no-optional, and without "omit=optional" in .npmrc.',
    );
  }
}

function build(entry: string, outfile: string): void {
  buildSync({
    entryPoints: [join(FUNCTIONS, 'handlers', `${entry}.ts`)],
    outfile,
    bundle: true,
    minify: true,
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
