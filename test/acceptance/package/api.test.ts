/** The public API: every member documented, the pages as they are made, and no change that CHANGELOG.md doesn't name. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { type Api, readApi } from '../../../local/package/api.ts';
import { changedNames, unnamed } from '../../../local/package/api-changes.ts';
import { apiPages } from '../../../local/package/api-pages.ts';
import { readmeApp } from '../../../local/package/readme-app.ts';
import { API_FOLDER, RELEASED, REPORT } from '../../../local/package/repository.ts';
import { REPOSITORY } from '../../support/aws-cli.ts';

const run = promisify(execFile);
const read = (name: string) => readFileSync(join(API_FOLDER, name), 'utf8');
let api: Api;

// It fails where a public member has no documentation, or a type of one isn't exported.
beforeAll(async () => {
  api = await readApi();
});

test('docs/api is what the sources say (npm run api writes it)', async () => {
  const pages = new Map([...(await apiPages(api.model)), [REPORT, api.report]]);
  expect(
    readdirSync(API_FOLDER)
      .filter((name) => name !== RELEASED)
      .sort(),
  ).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) expect(read(name), name).toBe(text);
});

test('an app is compiled with it as an ESM file and as a CommonJS one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-types-'));
  try {
    const dist = join(folder, 'node_modules/upload-relay/dist');
    await mkdir(dist, { recursive: true });
    await copyFile(join(REPOSITORY, 'package.json'), join(dist, '../package.json'));
    for (const name of ['index.d.ts', 'index.d.cts']) await writeFile(join(dist, name), api.declarations);
    for (const name of ['aws-cdk-lib', 'constructs', '@types'])
      await symlink(join(REPOSITORY, 'node_modules', name), join(folder, 'node_modules', name));
    const app = await readmeApp();
    // As a source, the declarations themselves are checked in spite of `skipLibCheck`.
    const files = {
      'app.mts': app,
      'app.cts': app,
      'wrong.mts': app.replace("name: 'partner'", 'name: 5'),
      'declarations.ts': api.declarations,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const compilerOptions = { module: 'NodeNext', strict: true, skipLibCheck: true, noEmit: true, types: ['node'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: Object.keys(files) }));
    const { stdout } = await run('tsc', ['--pretty', 'false'], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    );
    const errors = stdout.split('\n').filter((line) => /^\S/.test(line));
    expect(errors).not.toEqual([]);
    expect(errors.filter((line) => !line.startsWith('wrong.mts'))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('CHANGELOG.md names under "Unreleased" all that differs from the last release', () => {
  const released = existsSync(join(API_FOLDER, RELEASED)) ? read(RELEASED) : '';
  const changelog = readFileSync(join(REPOSITORY, 'CHANGELOG.md'), 'utf8');
  expect(unnamed(changedNames(released, read(REPORT)), changelog)).toEqual([]);
});
