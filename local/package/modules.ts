/** The package's JavaScript: one file for each way in, with source maps that contain the sources. */
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { REPOSITORY } from './repository.ts';

/** In CommonJS there is no `import.meta`. */
const OWN_URL = 'ownUrl';
const COMMONJS = {
  define: { 'import.meta.url': OWN_URL },
  banner: { js: `const ${OWN_URL}=require('node:url').pathToFileURL(__filename).href;` },
};

/** What the package needs is in `dependencies` and `peerDependencies`; what nothing of an import is used of, it doesn't need. */
const EXTERNAL: Plugin = {
  name: 'external',
  setup({ onResolve }) {
    onResolve({ filter: /^[^.#/]/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path, external: true, sideEffects: false },
    );
  },
};

/** @param folder `dist` */
export async function writeModules(folder: string): Promise<void> {
  const index = { entryPoints: [join(REPOSITORY, 'infra/index.ts')] };
  await write({ ...index, format: 'esm', outfile: join(folder, 'index.js') });
  await write({ ...index, ...COMMONJS, format: 'cjs', outfile: join(folder, 'index.cjs') });
  const command = { entryPoints: [join(REPOSITORY, 'cli/main.ts')], banner: { js: '#!/usr/bin/env node' } };
  await write({ ...command, format: 'esm', outfile: join(folder, 'cli.js') });
}

function write(options: BuildOptions) {
  return build({
    absWorkingDir: REPOSITORY,
    bundle: true,
    plugins: [EXTERNAL],
    conditions: ['upload-relay-package'],
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    // An error is printed with the name of its class.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
  });
}
