/** What npm runs before it packs: makes `dist`. */
import { join } from 'node:path';
import { isDoing } from '../../cli/terminal/ending.ts';
import { parseOptionsOf, runCli } from '../cli.ts';
import { buildPackage } from './build.ts';
import { REPOSITORY } from './repository.ts';

const HELP = `Makes the folder dist, which is what the package contains: the constructs, their declarations, and the functions' bundles.

  npm pack             makes it, and the package's tarball
  npm run prepack      makes it alone

Exit code: 0 made, 1 it can't be made, 2 wrong usage, 130 Ctrl-C.
`;

async function main(args: string[]): Promise<void> {
  parseOptionsOf('npm run prepack', { args });
  isDoing('dist');
  await buildPackage(join(REPOSITORY, 'dist'));
}

runCli(main, { help: HELP, hasOwnFolder: true });
