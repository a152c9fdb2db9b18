/** Measures how long a function's bundle takes to load. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { functionEnvironment } from './contenders.ts';
import { median } from './median.ts';
import type { Ready } from './protocol.ts';

export interface ColdStartResult {
  name: string;
  bundleBytes: number;
  /** The time that the import takes, with the file in the disk cache. */
  initMs: number;
}

/** The baseline: a handler that only creates an S3 client. */
const LEAST = `import { S3Client } from '@aws-sdk/client-s3';
const s3 = new S3Client();
export const handler = async () => s3.config.region;`;

const REPOSITORY = fileURLToPath(new URL('../', import.meta.url));

/** Loads each bundle in a process of its own, in turn, many times. */
export async function measureColdStarts(places: Ready, rounds: number): Promise<ColdStartResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-bench-'));
  try {
    const least = join(folder, 'index.mjs');
    await build({
      stdin: { contents: LEAST, resolveDir: REPOSITORY },
      outfile: least,
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      mainFields: ['module', 'main'],
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
      logLevel: 'error',
    });
    const bundles = [
      { name: 'empty handler with client-s3', file: least, environment: {} },
      ...places.functions.map(({ name, taskRoot, environment }) => ({
        name,
        file: join(taskRoot, 'index.mjs'),
        environment,
      })),
    ];
    const times = bundles.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, { file, environment }] of bundles.entries()) {
        times[index]!.push(await initMs(file, functionEnvironment(places, environment)));
      }
    }
    return Promise.all(
      bundles.map(async ({ name, file }, index) => ({
        name,
        bundleBytes: (await stat(file)).size,
        initMs: median(times[index]!),
      })),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function initMs(file: string, env: NodeJS.ProcessEnv): Promise<number> {
  const script = `const t = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)}); console.log('\\n' + (performance.now() - t)); process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
  return Number(stdout.trim().split('\n').at(-1));
}
