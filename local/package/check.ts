/** `npm run package:check`: packs the package, and takes it in empty folders as its users do. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDoing } from '../../cli/terminal/ending.ts';
import { parseOptionsOf, runCli } from '../cli.ts';
import { deliverFrom } from './deliver.ts';
import { readmeApp } from './readme-app.ts';
import { packageJson, REPOSITORY } from './repository.ts';
import { UserFolder } from './user-folder.ts';
import { tryAllWays } from './ways.ts';

const HELP = `Packs the package and installs it in empty folders: with the oldest and with the newest aws-cdk-lib that it supports. There the README's
app is compiled and synthesized in each way that apps have, and deployed into local accounts by the CDK's command line, where it delivers a file.
It asks npm's registry, or npm's cache, for what it installs.

  npm run package:check

Exit code: 0 all of it works, 1 something doesn't, 2 wrong usage, 130 Ctrl-C.
`;

/** As \`cdk init\` has them. TypeScript 7 has no classic resolution any more. */
const COMPILER = ['typescript@5.9', '@types/node@20'];

async function main(args: string[]): Promise<void> {
  parseOptionsOf('npm run package:check', { args });
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-package-'));
  isDoing('npm pack');
  await new UserFolder(REPOSITORY).must('npm', ['pack', '--pack-destination', folder]);
  const { name, version, devDependencies, peerDependencies } = packageJson();
  const tarball = join(folder, `${name}-${version}.tgz`);
  const app = await readmeApp();
  const peers = Object.keys(peerDependencies);
  const lowest = peers.map((peer) => `${peer}@${peerDependencies[peer]!.replace('^', '')}`);
  const highest = peers.map((peer) => `${peer}@${devDependencies[peer]}`);
  for (const [label, versions] of Object.entries({ lowest, highest })) {
    isDoing(`the app with ${versions.join(' and ')}`);
    const user = new UserFolder(join(folder, label));
    await user.install([tarball, ...versions, ...COMPILER]);
    await tryAllWays(user, app);
    process.stdout.write(`${versions.join(', ')}: TypeScript, ESM and CommonJS\n`);
  }
  isDoing('the delivery');
  const user = new UserFolder(join(folder, 'empty'));
  await user.install([tarball, ...highest, `aws-cdk@${devDependencies['aws-cdk']}`]);
  await user.write('app.mjs', app);
  await deliverFrom(user, 'app.mjs');
  process.stdout.write('deployed by the CDK from an empty folder, and a file has arrived\n');
}

runCli(main, { help: HELP, hasOwnFolder: true });
