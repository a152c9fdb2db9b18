/** The package as npm packs it, and what an app gets of it. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, globSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENTRIES } from '../../../infra/bundles/entries.ts';
import { parseSums, SUMS_FILE } from '../../../infra/bundles/sums.ts';
import { writeFunctions } from '../../../local/package/functions.ts';
import { writeModules } from '../../../local/package/modules.ts';
import { readmeApp } from '../../../local/package/readme-app.ts';
import { packageJson } from '../../../local/package/repository.ts';
import { REPOSITORY } from '../../support/aws-cli.ts';

const run = promisify(execFile);
const MOST_BYTES = 6_000_000;

interface Packed {
  filename: string;
  size: number;
  files: { path: string }[];
}

/** Without the scripts around it, which make `dist`. */
async function pack(cwd: string, ...args: string[]): Promise<Packed> {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', ...args], { cwd });
  return Object.values(JSON.parse(stdout) as Record<string, Packed>)[0]!;
}

/** Paths in the repository. */
function sourcesOf(map: string): string[] {
  const dist = join(project, 'dist');
  const { sources } = JSON.parse(readFileSync(join(dist, map), 'utf8')) as { sources: string[] };
  return sources.map((path) => relative(REPOSITORY, resolve(dist, path)));
}

/** Packages. */
function importsOf(module: string): string[] {
  const code = readFileSync(join(project, 'dist', module), 'utf8');
  const names = code.matchAll(/^(?:import .*?|\}) from "((?:@[^/"]+\/)?[^/"]+)|\bimport\("((?:@[^/"]+\/)?[^/"]+)/gm);
  return [...names].map(([, name, dynamic]) => (name ?? dynamic)!);
}

const sumsOf = (path: string) => parseSums(readFileSync(join(path, SUMS_FILE), 'utf8'));
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

let folder: string;
/** What `npm pack` packs. */
let project: string;
/** What `npm install` leaves. */
let installed: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-package-'));
  project = join(folder, 'project');
  const dist = join(project, 'dist');
  await mkdir(dist, { recursive: true });
  for (const name of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'])
    await cp(join(REPOSITORY, name), join(project, name));
  writeFunctions(join(dist, 'functions'));
  await writeModules(dist);
  // Their text has a test of its own, test/acceptance/package/api.test.ts.
  for (const name of ['index.d.ts', 'index.d.cts']) await writeFile(join(dist, name), 'export {};\n');

  const modules = join(folder, 'app/node_modules');
  await mkdir(modules, { recursive: true });
  const { dependencies, peerDependencies } = packageJson();
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    await mkdir(join(modules, name, '..'), { recursive: true });
    await symlink(join(REPOSITORY, 'node_modules', name), join(modules, name));
  }
  installed = join(modules, 'upload-relay');
  await cp(project, installed, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

describe('what npm packs', () => {
  test('of the checkout is dist and four pages, whatever else lies there', async () => {
    const { files } = await pack(REPOSITORY, '--dry-run');
    const outside = files.map(({ path }) => path).filter((path) => !path.startsWith('dist/'));
    expect(outside.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
  });

  test('of dist is compiled code, and nothing of emulator or tests', async () => {
    const { files } = await pack(project, '--dry-run');
    const inDist = files.map(({ path }) => path).filter((path) => path.startsWith('dist/'));
    const bundles = ENTRIES.map((entry) => `dist/functions/${entry}.mjs`);
    expect(inDist.filter((path) => !bundles.includes(path)).sort()).toEqual([
      'dist/cli.js',
      'dist/cli.js.map',
      'dist/functions/SHA256SUMS',
      'dist/functions/THIRD-PARTY-LICENSES.txt',
      'dist/index.cjs',
      'dist/index.cjs.map',
      'dist/index.d.cts',
      'dist/index.d.ts',
      'dist/index.js',
      'dist/index.js.map',
    ]);
    expect(inDist).toEqual(expect.arrayContaining(bundles));
    const mapped = ['cli.js.map', 'index.js.map', 'index.cjs.map'].flatMap(sourcesOf);
    expect(mapped.length).toBeGreaterThan(100);
    expect(mapped.filter((path) => !/^(cli|infra|functions)\/|^package\.json$/.test(path))).toEqual([]);
  });

  test(`is below ${MOST_BYTES} bytes`, async () => {
    const { size } = await pack(project, '--dry-run');
    expect(size).toBeGreaterThan(500_000);
    expect(size).toBeLessThan(MOST_BYTES);
  });

  test('asks for each package that its code imports, and for no other', () => {
    const imported = ['index.js', 'cli.js'].flatMap(importsOf).filter((name) => !name.startsWith('node:'));
    const { dependencies, peerDependencies } = packageJson();
    expect([...new Set(imported)].sort()).toEqual(Object.keys({ ...dependencies, ...peerDependencies }).sort());
  });
});

describe('the functions’ bundles', () => {
  test('are those of SHA256SUMS', () => {
    const functions = join(project, 'dist/functions');
    const made = new Map(ENTRIES.map((entry) => [`${entry}.mjs`, sha256(join(functions, `${entry}.mjs`))]));
    expect(sumsOf(functions)).toEqual(made);
  });

  test('are the same bytes when they are made in another folder', async () => {
    const copy = join(folder, 'elsewhere/deep/copy');
    await mkdir(copy, { recursive: true });
    for (const name of ['functions', 'infra', 'local', 'package.json', 'tsconfig.json'])
      await cp(join(REPOSITORY, name), join(copy, name), { recursive: true });
    await symlink(join(REPOSITORY, 'node_modules'), join(copy, 'node_modules'));
    const program = `import { writeFunctions } from './local/package/functions.ts'; writeFunctions('made');`;
    await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: copy });
    expect(sumsOf(join(copy, 'made'))).toEqual(sumsOf(join(project, 'dist/functions')));
  });

  test('contain what docs/licences.md lists, and name its licences', async () => {
    const notices = readFileSync(join(project, 'dist/functions/THIRD-PARTY-LICENSES.txt'), 'utf8');
    const named = [...notices.matchAll(/^(@?[\w./-]+ \d+\.\d+\.\d+) \([\w.-]+\)$/gm)].map(([, each]) => each!);
    const [, listed] = /## What may be in a function’s bundle\n([\s\S]*?)\n## /.exec(
      readFileSync(join(REPOSITORY, 'docs/licences.md'), 'utf8'),
    )!;
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((each) => !listed!.includes(` ${each}`))).toEqual([]);
  });
});

describe('the README’s app', () => {
  const synthesize = async (name: string, app: string) => {
    const cwd = join(folder, 'app');
    await writeFile(join(cwd, name), app);
    const env = { ...process.env, CDK_OUTDIR: join(folder, name) };
    return run(process.execPath, ['--enable-source-maps', name], { cwd, env });
  };
  const commonJs = (app: string) => app.replace(/^import (.*) from (.*);$/gm, 'const $1 = require($2);');

  beforeAll(async () => {
    const app = await readmeApp();
    await synthesize('readme.mjs', app);
    await synthesize('readme.cjs', commonJs(app));
  });

  test.each(['readme.mjs', 'readme.cjs'])('as %s gets the functions that were packed', (name) => {
    const sums = new Set(sumsOf(join(installed, 'dist/functions')).values());
    const made = globSync('asset.*/index.mjs', { cwd: join(folder, name) });
    expect(made.length).toBeGreaterThanOrEqual(ENTRIES.length);
    expect(made.filter((path) => !sums.has(sha256(join(folder, name, path))))).toEqual([]);
  });

  test('gets equal templates either way', () => {
    const templates = ['readme.mjs', 'readme.cjs'].map((name) => {
      const paths = globSync('*.template.json', { cwd: join(folder, name) }).sort();
      return paths.map((path) => [path, readFileSync(join(folder, name, path), 'utf8')]);
    });
    expect(templates[0]!.map(([path]) => path)).toEqual(['A.template.json', 'B.template.json']);
    expect(templates[1]).toEqual(templates[0]);
  });

  test('has the command', async () => {
    const command = join(installed, packageJson().bin['upload-relay']!);
    const { stdout } = await run(process.execPath, [command, '--version']);
    expect(stdout.trim()).toBe(packageJson().version);
  });

  test('is told where a bundle is not the one that was packed', async () => {
    const bundle = join(installed, 'dist/functions/relay.mjs');
    appendFileSync(bundle, '//');
    await expect(synthesize('changed.mjs', await readmeApp())).rejects.toThrow(
      /dist\/functions\/relay\.mjs is not the file that was packed: its SHA-256 is [0-9a-f]{64}, and SHA256SUMS beside it says [0-9a-f]{64}\. Install upload-relay again\./,
    );
  });
});
