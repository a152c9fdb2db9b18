// Runs a program of this repository: `node local/require-node.mjs PROGRAM ARGUMENT…`. Plain JavaScript, so that it also runs where the rest
// would not. The program runs in this very process: npm passes signals on to its child, and to nobody whom that has started.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The first that runs TypeScript as it stands. */
const OLDEST = [22, 18];
const { platform, arch, versions } = process;
const BRINGS_NODE = platform === 'linux' && (arch === 'x64' || arch === 'arm64');
const OMITTED =
  'That is an optional package: --omit=optional, --no-optional, or omit in .npmrc has left it out. Run: npm ci --include=optional';

const isThere = (name) => existsSync(new URL(`../node_modules/${name}`, import.meta.url));

function refusal() {
  const [major, minor] = versions.node.split('.').map(Number);
  if (!isThere('esbuild')) return 'There are no packages yet. Run: npm ci';
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    const tooOld = `Node ${versions.node} is too old: this needs ${OLDEST.join('.')}.`;
    if (!BRINGS_NODE) return `${tooOld} Install it: "npm ci" brings one along on Linux only, for x64 and arm64.`;
    const own = `node-linux-${arch}`;
    return isThere(own)
      ? `${tooOld} "npm ci" has brought Node 24 along, and npm puts it first in PATH: use npm start, npm test and npm run.`
      : `${tooOld} "npm ci" brings Node 24 along, but ${own} isn't there. ${OMITTED}`;
  }
  const own = `@esbuild/${platform}-${arch}`;
  return isThere(own) ? undefined : `esbuild can't bundle without ${own}. ${OMITTED}`;
}

const problem = refusal();
if (problem !== undefined) {
  console.error(problem);
  process.exit(2);
}
process.argv.splice(1, 1);
await import(pathToFileURL(resolve(process.argv[1])).href);
