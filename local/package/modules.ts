/** The package's JavaScript: one file for each way in, with source maps that contain the sources. */
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { REPOSITORY } from './repository.ts';

/** In CommonJS there is no `import.meta`. */
const OWN_URL = 'ownUrl';
const COMMONJS = {
  define: { 'import.meta.url': OWN_URL },
  banner: { js: `const ${OWN_URL}=require('node:url').pathToFileURL(__filename).href;` },
};

/** @param folder `dist` */
export async function writeModules(folder: string): Promise<void> {
  const index = { entryPoints: [join(REPOSITORY, 'infra/index.ts')] };
  await write({ ...index, format: 'esm', outfile: join(folder, 'index.js') });
  await write({ ...index, ...COMMONJS, format: 'cjs', outfile: join(folder, 'index.cjs') });
}

function write(options: BuildOptions) {
  return build({
    absWorkingDir: REPOSITORY,
    bundle: true,
    // What it needs is in `dependencies` and `peerDependencies`.
    packages: 'external',
    conditions: ['upload-relay-package'],
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
  });
}
