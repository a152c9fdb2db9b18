/** The ways in which an app takes the package: TypeScript's, ESM and CommonJS. Each must give the same templates. */
import { globSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../cli/terminal/user-error.ts';
import { SUMS_FILE, sumOf } from '../../infra/bundles/sums.ts';
import type { UserFolder } from './user-folder.ts';

/** As `cdk init` has it. Older declarations of the CDK's own don't pass without `skipLibCheck`. */
const NODE_NEXT = {
  target: 'ES2022',
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  strict: true,
  skipLibCheck: true,
  types: ['node'],
};
/** As older apps of the CDK have it. */
const CLASSIC = {
  target: 'ES2020',
  module: 'CommonJS',
  moduleResolution: 'Node10',
  strict: true,
  skipLibCheck: true,
  types: ['node'],
};

/**
 * @param app an app in TypeScript, without a file ending's say in it: it runs as ESM and as CommonJS
 * @throws Failure saying which way leads to what
 */
export async function tryAllWays(folder: UserFolder, app: string): Promise<void> {
  await folder.write('app.mts', app);
  await folder.write('app.cts', app);
  await folder.write('classic.ts', app);
  // As a source it is checked in spite of `skipLibCheck`: what it takes of the CDK must be there.
  await copyFile(join(folder.path, 'node_modules/upload-relay/dist/index.d.ts'), join(folder.path, 'declarations.ts'));
  await compile(folder, NODE_NEXT, ['app.mts', 'app.cts', 'declarations.ts']);
  await compile(folder, CLASSIC, ['classic.ts']);
  const [first, ...others] = await Promise.all(
    ['app.mjs', 'app.cjs', 'classic.js'].map((file) => synthesize(folder, file)),
  );
  for (const { file, templates } of others)
    if (templates !== first!.templates) throw new Failure(`${file} and ${first!.file} synthesize different templates.`);
  for (const { file, bundles } of [first!, ...others]) await compareBundles(folder, file, bundles);
}

async function compile(folder: UserFolder, compilerOptions: object, files: string[]): Promise<void> {
  await folder.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
  await folder.must('npx', ['--no-install', 'tsc', '--project', 'tsconfig.json']);
}

interface Synthesized {
  file: string;
  /** Of all stacks. */
  templates: string;
  /** Paths. */
  bundles: string[];
}

async function synthesize(folder: UserFolder, file: string): Promise<Synthesized> {
  const out = join(folder.path, `${file}.out`);
  await folder.must('node', [file], { CDK_OUTDIR: out });
  const templates = globSync('*.template.json', { cwd: out }).sort();
  const texts = await Promise.all(templates.map((name) => readFile(join(out, name), 'utf8')));
  return {
    file,
    templates: texts.join(),
    bundles: globSync('asset.*/index.mjs', { cwd: out }).map((each) => join(out, each)),
  };
}

/** What is deployed is what was packed. */
async function compareBundles(folder: UserFolder, file: string, bundles: readonly string[]): Promise<void> {
  const sums = await readFile(join(folder.path, 'node_modules/upload-relay/dist/functions', SUMS_FILE), 'utf8');
  if (bundles.length === 0) throw new Failure(`${file} synthesizes no function.`);
  for (const path of bundles) {
    const hash = sumOf(await readFile(path));
    if (!sums.includes(hash)) throw new Failure(`${path} is none of the package's bundles: its SHA-256 is ${hash}.`);
  }
}
